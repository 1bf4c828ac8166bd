package import Primitives

/// A listening TCP socket, as `ss -ltn` prints it.
package struct Listener: Hashable, Sendable {
    /// The address and port that it is bound to; the address may be the wildcard.
    package var endpoint: Endpoint
    /// Whether an IPv6 socket refuses IPv4.
    package var isIPv6Only: Bool
    /// The socket's inode.
    package var inode: UInt32
    /// The owner.
    package var uid: UInt32
    /// How many connections wait to be accepted.
    package var queue: UInt32
    /// How many may wait.
    package var backlog: UInt32

    /// Makes a listener.
    package init(
        endpoint: Endpoint,
        isIPv6Only: Bool = false,
        inode: UInt32 = 0,
        uid: UInt32 = 0,
        queue: UInt32 = 0,
        backlog: UInt32 = 0,
    ) {
        self.endpoint = endpoint
        self.isIPv6Only = isIPv6Only
        self.inode = inode
        self.uid = uid
        self.queue = queue
        self.backlog = backlog
    }

    /// Whether a connection to the endpoint reaches this listener: bound to it, or to a wildcard that includes it.
    package func covers(_ target: Endpoint) -> Bool {
        guard endpoint.port == target.port else { return false }
        if endpoint.address == target.address { return true }
        switch (endpoint.address, target.address) {
        case (.v4(let own), .v4): return own.rawValue == 0
        case (.v6(let own), .v6): return own.high == 0 && own.low == 0
        case (.v6(let own), .v4): return own.high == 0 && own.low == 0 && !isIPv6Only
        case (.v4, .v6): return false
        }
    }
}

extension Listener {
    /// Makes a listener of what inet_diag showed.
    package init(_ socket: DiagnosedSocket) {
        self.init(
            endpoint: socket.local,
            isIPv6Only: socket.isIPv6Only,
            inode: socket.inode,
            uid: socket.uid,
            queue: socket.receiveQueue,
            backlog: socket.sendQueue,
        )
    }
}
