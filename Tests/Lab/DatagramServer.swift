import CLab
import Glibc
import Primitives
import Synchronization

/// Answers datagrams with its host's name, at the virtual address and, for the directors' checks, at the host's own.
final class DatagramServer: Sendable {
    private let isStopping = Atomic(false)
    private let hasEnded = Atomic(false)

    /// Binds both sockets and starts answering.
    init(_ host: Host, _ virtual: IPv4Address, _ port: UInt16) throws {
        // A socket bound to every address would answer from the host's own.
        let sockets = try [virtual, host.address].map { address in
            let socket = try host.namespace.perform { clab_bind_datagrams(address.rawValue, port) }
            guard socket >= 0 else { throw LabError("UDP \(address):\(port) on \(host.name): \(systemError())") }
            return socket
        }
        let name = host.name
        _ = try Thread { [self] in
            while !isStopping.load(ordering: .relaxed) {
                var ready = sockets.map { pollfd(fd: $0, events: Int16(POLLIN), revents: 0) }
                poll(&ready, nfds_t(ready.count), 20)
                for socket in sockets { clab_answer_datagrams(socket, name) }
            }
            for socket in sockets { Glibc.close(socket) }
            hasEnded.store(true, ordering: .releasing)
        }
    }

    /// Closes the sockets, as the end of its process would.
    func close() {
        isStopping.store(true, ordering: .relaxed)
        _ = wait(.seconds(2)) { hasEnded.load(ordering: .acquiring) }
    }
}
