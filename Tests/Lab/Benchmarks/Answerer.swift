import Glibc
import Synchronization

/// A web server that accepts every connection to any of a host's addresses, closes it, and counts them.
final class Answerer: Sendable {
    static let port: UInt16 = 80
    private let count = Atomic<Int>(0)
    private let isStopping = Atomic(false)
    private let thread = Mutex<Thread?>(nil)

    /// Listens on a host.
    init(on host: Host) throws {
        let descriptor = try host.namespace.perform { socket(AF_INET, Int32(SOCK_STREAM.rawValue) | O_CLOEXEC, 0) }
        guard descriptor >= 0 else { throw LabError("socket: \(systemError())") }
        var yes: Int32 = 1
        setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &yes, 4)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = Self.port.bigEndian
        let bound = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { bind(descriptor, $0, 16) }
        }
        guard bound == 0, listen(descriptor, 4_096) == 0 else { throw LabError("listen: \(systemError())") }
        let started = try Thread { self.accept(descriptor) }
        thread.withLock { $0 = started }
    }

    /// How many connections there were.
    var accepted: Int { count.load(ordering: .relaxed) }

    /// Ends the listening, after which the port is free.
    func stop() {
        isStopping.store(true, ordering: .relaxed)
        thread.withLock { $0?.join() }
    }

    private func accept(_ descriptor: Int32) {
        var waiting = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
        while !isStopping.load(ordering: .relaxed) {
            guard poll(&waiting, 1, 100) > 0 else { continue }
            // A connection that was reset before it is accepted counts as well: it has been answered.
            let connection = Glibc.accept(descriptor, nil, nil)
            if connection >= 0 { close(connection) }
            count.add(1, ordering: .relaxed)
        }
        close(descriptor)
    }
}
