import Glibc
import Primitives
import Synchronization

/// A web server on all addresses of a host: it answers whatever it is sent with an empty page, and counts who was asked.
///
/// A connection is the client's to end, as with any web server that waits for a request; it is looked at every few
/// milliseconds only, so that who asks is measured and not who answers.
final class Answerer: Sendable {
    /// What was seen so far.
    struct Count: Sendable {
        /// The connections that stood.
        var connections = 0
        /// The own addresses that were asked.
        var addresses: Set<UInt32> = []
    }

    static let port: UInt16 = 80
    private static let page = Array(
        "HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n".utf8
    )
    private let counted = Mutex(Count())
    private let problem = Mutex<String?>(nil)
    private let isStopping = Atomic(false)
    private let thread = Mutex<Thread?>(nil)

    /// Listens on a host.
    init(on host: Host, ports: [UInt16] = [port]) throws {
        let listeners = try ports.map { port in
            let type = Int32(SOCK_STREAM.rawValue) | O_CLOEXEC | O_NONBLOCK
            let descriptor = try host.namespace.perform { socket(AF_INET, type, 0) }
            guard descriptor >= 0 else { throw LabError("socket: \(systemError())") }
            var yes: Int32 = 1
            setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &yes, 4)
            var address = sockaddr_in()
            address.sin_family = sa_family_t(AF_INET)
            address.sin_port = port.bigEndian
            let bound = withUnsafePointer(to: &address) { pointer in
                pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { bind(descriptor, $0, 16) }
            }
            guard bound == 0, listen(descriptor, 4_096) == 0 else {
                throw LabError("listening on port \(port): \(systemError())")
            }
            return descriptor
        }
        let started = try Thread { self.serve(listeners) }
        thread.withLock { $0 = started }
    }

    /// How many connections there were.
    var accepted: Int { counted.withLock { $0.connections } }

    /// What there was since the last call of this.
    func takeCount() throws -> Count {
        if let problem = problem.withLock({ $0 }) { throw LabError("the web server that is probed: \(problem)") }
        return counted.withLock { count in
            defer { count = Count() }
            return count
        }
    }

    /// Ends the listening, after which the ports are free.
    func stop() {
        isStopping.store(true, ordering: .relaxed)
        thread.withLock { $0?.join() }
    }

    private func serve(_ listeners: [Int32]) {
        var open: [Int32] = []
        var buffer = [UInt8](repeating: 0, count: 4_096)
        while !isStopping.load(ordering: .relaxed) {
            for listener in listeners { accept(listener, into: &open) }
            open.removeAll { connection in
                let count = recv(connection, &buffer, buffer.count, Int32(MSG_DONTWAIT))
                if count < 0, errno == EAGAIN { return false }
                if count > 0 { send(connection, Self.page, Self.page.count, Int32(MSG_NOSIGNAL)) }
                close(connection)
                return true
            }
            nap(.milliseconds(5))
        }
        for descriptor in listeners + open { close(descriptor) }
    }

    // One that was reset before it is accepted is accepted all the same, and has been answered.
    private func accept(_ listener: Int32, into open: inout [Int32]) {
        var found = Count()
        while true {
            let connection = Glibc.accept(listener, nil, nil)
            guard connection >= 0 else {
                if errno == EINTR { continue }
                if errno != EAGAIN {
                    let error = "accept: \(systemError())"
                    problem.withLock { $0 = error }
                }
                break
            }
            var address = sockaddr_in()
            var length = socklen_t(16)
            _ = withUnsafeMutablePointer(to: &address) { pointer in
                pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { getsockname(connection, $0, &length) }
            }
            found.connections += 1
            found.addresses.insert(address.sin_addr.s_addr)
            open.append(connection)
        }
        guard found.connections > 0 else { return }
        counted.withLock { count in
            count.connections += found.connections
            count.addresses.formUnion(found.addresses)
        }
    }
}
