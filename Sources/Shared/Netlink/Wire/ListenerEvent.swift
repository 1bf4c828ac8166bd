package import Primitives

/// What inet_diag announced of listeners.
package enum ListenerEvent: Hashable, Sendable {
    /// A socket that listened on the endpoint is gone; others may listen there still.
    case listenerDestroyed(Endpoint)
    /// Announcements were lost: the listeners have to be dumped again.
    case overflow

    /// Decodes an announcement of a destroyed socket; nothing for a connection, which has a remote port.
    package static func decode(_ frame: NetlinkFrame) throws(NetlinkMalformed) -> ListenerEvent? {
        if frame.type == NetlinkFrame.overrun { return .overflow }
        // SOCK_DIAG_BY_FAMILY, and the remote port looked at first: most announcements are of connections.
        guard frame.type == 20 else { return nil }
        guard NativeBytes.read(frame.payload, at: 6, as: UInt16.self) == 0 else { return nil }
        return try DiagnosedSocket.decode(frame.payload).map { .listenerDestroyed($0.local) }
    }
}
