internal import Linux
internal import SystemPackage

/// Announcements of destroyed TCP sockets (inet_diag's destroy groups), listeners alone.
///
/// An event says that one socket is gone, not that nobody listens any more: it is a reason to dump, never a verdict.
package struct ListenerMonitor: ~Copyable {
    private let socket: NetlinkSocket

    /// Accepts what has no remote port, behind the 16 bytes of `struct nlmsghdr`: a busy web node destroys tens of
    /// thousands of connections a second, and none of them may wake anybody.
    private static let listenersOnly: [BPFInstruction] = [
        .loadHalf(22), .jumpIfEqual(0, 0, 1), .accept(0xffff), .accept(0),
    ]

    /// Opens a nonblocking socket that hears both families.
    package init() throws(NetlinkError) {
        // SKNLGRP_INET_TCP_DESTROY and SKNLGRP_INET6_TCP_DESTROY.
        socket = try NetlinkSocket(
            family: 4,
            groups: [1, 3],
            filter: Self.listenersOnly,
            operation: "monitor listeners",
        )
    }

    /// The descriptor's number, to be polled for reading.
    package var raw: Int32 { socket.raw }

    /// Takes what was announced since the last time; connections are passed over.
    package func read() throws(NetlinkError) -> [ListenerEvent] {
        try socket.drain(operation: "monitor listeners", overflow: .overflow, ListenerEvent.decode)
    }
}
