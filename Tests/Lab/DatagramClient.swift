import CLab
import Glibc
import Primitives
import Synchronization

/// Sends datagrams from one port all the time, and records who answered.
final class DatagramClient: Sendable {
    /// An answer.
    struct Answer: Sendable {
        var at: MonotonicInstant
        var server: String
    }

    private let record = Mutex<[Answer]>([])
    private let isStopping = Atomic(false)

    /// Starts sending from a host, twenty-five times a second.
    init(from host: Host, to target: IPv4Address, _ port: UInt16) throws {
        let socket = try host.namespace.perform { clab_connect_datagrams(target.rawValue, port) }
        guard socket >= 0 else { throw LabError("UDP from \(host.name): \(systemError())") }
        _ = try Thread { [self] in
            var buffer = [UInt8](repeating: 0, count: 64)
            while !isStopping.load(ordering: .relaxed) {
                // What was refused is reported by the next call, and the next datagram is sent all the same.
                _ = send(socket, "who", 3, Int32(MSG_DONTWAIT))
                nap(.milliseconds(40))
                while true {
                    let count = recv(socket, &buffer, buffer.count, Int32(MSG_DONTWAIT))
                    guard count > 0 else { break }
                    let answer = Answer(at: now(), server: String(decoding: buffer[..<count], as: UTF8.self))
                    record.withLock { $0.append(answer) }
                }
            }
            close(socket)
        }
    }

    /// The answers since an instant.
    func answers(since: MonotonicInstant) -> [Answer] { record.withLock { $0.filter { $0.at >= since } } }

    /// Sends no more.
    func stop() { isStopping.store(true, ordering: .relaxed) }
}
