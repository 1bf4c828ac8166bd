internal import ControlSocket

/// A request on the control socket, not yet understood.
struct ControlMessage: Sendable {
    /// One line of JSON.
    let request: [UInt8]
    /// Where the answer goes.
    let reply: ControlReply
}
