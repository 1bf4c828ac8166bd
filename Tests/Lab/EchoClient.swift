import CLab
import Glibc
import Primitives
import Synchronization

/// Sends echo requests to an address all the time, and records which were answered.
final class EchoClient: Sendable {
    private struct Record: Sendable {
        var sent: [MonotonicInstant] = []
        var answered: [MonotonicInstant?] = []
    }

    private let record = Mutex(Record())
    private let isStopping = Atomic(false)
    private let hasEnded = Atomic(false)
    private let interval: Interval

    /// Starts sending from a host.
    init(from host: Host, to target: IPv4Address, every interval: Interval) throws {
        self.interval = interval
        let namespace = host.namespace
        _ = try Thread {
            defer { self.hasEnded.store(true, ordering: .releasing) }
            // The client is the measure: it goes ahead of what it measures.
            RealTime.enter(priority: 60)
            guard (try? namespace.enter()) != nil else { return }
            let descriptor = clab_open_echo()
            guard descriptor >= 0 else { return }
            self.run(descriptor, target)
            close(descriptor)
        }
    }

    private func run(_ descriptor: Int32, _ target: IPv4Address) {
        var next = now()
        var end: MonotonicInstant?
        while end.map({ now() < $0 }) ?? true {
            if end == nil, isStopping.load(ordering: .relaxed) { end = now() + .milliseconds(200) }
            let time = now()
            if end == nil, time >= next {
                next = max(next + interval, time)
                let number = record.withLock { record -> UInt32 in
                    record.sent.append(time)
                    record.answered.append(nil)
                    return UInt32(record.sent.count - 1)
                }
                // A neighbour that does not resolve is an error here, and a lost request.
                _ = clab_send_echo(descriptor, target.rawValue, number)
            }
            clab_wait(descriptor, max(0, min((next - now()).nanoseconds, 20_000_000)))
            while true {
                let number = clab_receive_echo(descriptor)
                guard number >= 0 else { break }
                let at = now()
                record.withLock { if $0.answered.indices.contains(Int(number)) { $0.answered[Int(number)] = at } }
            }
        }
    }

    /// Waits until requests have been answered for a while on end.
    func awaitSteady(_ length: Interval, limit: Interval) -> Bool {
        let count = Int(length.nanoseconds / interval.nanoseconds)
        return wait(limit) {
            record.withLock { record in
                // The very last ones may still be on their way.
                let recent = record.answered.dropLast(5).suffix(count)
                return recent.count == count && recent.allSatisfy { $0 != nil }
            }
        }
    }

    /// When the first request was sent, since an instant, that was answered.
    func firstAnswer(since: MonotonicInstant, limit: Interval) -> MonotonicInstant? {
        wait(limit) {
            record.withLock { record in
                let first = record.sent.firstIndex { $0 >= since } ?? record.sent.endIndex
                return zip(record.sent[first...], record.answered[first...]).first { $1 != nil }?.0
            }
        }
    }

    /// Sends no more, and gives how many requests since an instant were lost, and the longest time without an answer.
    func end(since: MonotonicInstant) -> (lost: Int, blackout: Interval) {
        isStopping.store(true, ordering: .relaxed)
        _ = wait(.seconds(2)) { hasEnded.load(ordering: .acquiring) }
        return record.withLock { record in
            let first = record.sent.firstIndex { $0 >= since } ?? record.sent.endIndex
            let lost = record.answered[first...].count { $0 == nil }
            var blackout = Interval.zero
            var last: MonotonicInstant?
            for (sent, answer) in zip(record.sent, record.answered) where answer != nil {
                if let last, sent > since { blackout = max(blackout, sent - last - interval) }
                last = sent
            }
            return (lost, max(blackout, .zero))
        }
    }
}
