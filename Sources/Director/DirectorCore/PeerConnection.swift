/// Names one connection to the other director within the life of a process; never used twice.
package enum PeerConnection: Hashable, Sendable {
    /// The core dialled it and chose the number.
    case dialled(UInt64)
    /// The shell accepted it and chose the number.
    case accepted(UInt64)
}
