import Primitives

/// Sockets whose connection has been ended and that may make another one, which costs the kernel two thirds of what a
/// new socket does.
struct SocketPool {
    /// How many are kept; what comes beside them is closed.
    static let limit = 64

    private var idle: [ProbeSocket] = []

    /// Takes one out for connections from an address.
    mutating func take(from source: IPAddress) -> ProbeSocket? {
        idle.lastIndex { $0.source == source }.map { idle.remove(at: $0) }
    }

    /// Ends a socket's connection by RST, and keeps it where there is room.
    mutating func put(_ socket: ProbeSocket) {
        guard idle.count < Self.limit, SocketAddress.disconnect(socket.raw) else { return }
        idle.append(socket)
    }

    /// Closes all of them.
    mutating func clear() { idle = [] }

    /// How many wait.
    var count: Int { idle.count }
}
