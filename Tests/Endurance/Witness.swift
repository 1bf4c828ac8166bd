import Glibc
import Linux
import Primitives
import Synchronization
import TestNetwork

/// Threads of a higher priority than the elections', one on each processor: where they do not run, nothing does.
final class Witness: Sendable {
    /// A time in which a processor ran nothing.
    struct Stall: Sendable {
        var processor: Int
        var from: MonotonicInstant
        var length: Interval
    }

    private static let pace = Interval.milliseconds(1)

    private let found = Mutex<[Stall]>([])
    private let isDone = Atomic<Bool>(false)

    /// The stalls so far that were as long as this or longer.
    func stalls(_ limit: Interval) -> [Stall] { found.withLock { $0.filter { $0.length >= limit } } }

    /// Starts the threads; says what was refused.
    func start(noting least: Interval) throws -> [LoopThreadNotes] {
        try (0..<Int(sysconf(Int32(_SC_NPROCESSORS_ONLN)))).map { processor in
            try LoopThread.start(name: "witness", realTimePriority: ElectionPriority.witness) { [self] in
                watch(processor, least)
            }
        }
    }

    /// Ends the threads.
    func stop() { isDone.store(true, ordering: .relaxed) }

    private func watch(_ processor: Int, _ least: Interval) {
        let number = CallingThread.path.split(separator: "/").last ?? ""
        // Without it, the witness goes where there is room, which is not where the election waits.
        try? NetworkNamespace.command("taskset -pc \(processor) \(number) >/dev/null")
        var last = Clock.now
        while !isDone.load(ordering: .relaxed) {
            var pause = timespec(tv_sec: 0, tv_nsec: Int(Self.pace.nanoseconds))
            nanosleep(&pause, nil)
            let now = Clock.now
            if now - last >= least {
                found.withLock { $0.append(.init(processor: processor, from: last, length: now - last)) }
            }
            last = now
        }
    }
}

/// The thread that asks.
enum CallingThread {
    /// Its place below /proc: process, `task`, thread.
    static var path: String {
        var bytes = [UInt8](repeating: 0, count: 64)
        let count = bytes.withUnsafeMutableBytes { buffer in
            buffer.baseAddress.map { readlink("/proc/thread-self", $0, buffer.count) } ?? 0
        }
        return String(decoding: bytes.prefix(max(count, 0)), as: UTF8.self)
    }
}
