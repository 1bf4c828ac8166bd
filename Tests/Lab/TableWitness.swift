import Glibc
import Primitives
import Synchronization

/// Dumps a director's IPVS table every four milliseconds and keeps what changed and when.
final class TableWitness: Sendable {
    /// A dump that differed from the one before.
    struct Change: Sendable {
        var at: MonotonicInstant
        var table: ServiceTable
    }

    private let changes = Mutex<[Change]>([])
    private let isStopping = Atomic(false)
    private let latest = Atomic<Int>(0)

    /// Starts dumping the table of a host.
    init(_ host: Host) throws {
        let descriptor = try host.namespace.perform {
            open("/proc/thread-self/net/ip_vs", O_RDONLY | O_CLOEXEC)
        }
        guard descriptor >= 0 else {
            throw LabError("/proc/net/ip_vs of \(host.name): \(systemError())")
        }
        _ = try Thread { self.read(descriptor) }
    }

    private func read(_ descriptor: Int32) {
        // What it watches runs ahead of an ordinary thread: it would wait for exactly those that it measures, and report
        // its own delay as theirs.
        RealTime.enter(priority: 60)
        var buffer = [UInt8](repeating: 0, count: 65_536)
        var previous: [UInt8] = []
        while !isStopping.load(ordering: .relaxed) {
            // One read gives one consistent page of the table, far more than the lab's services fill.
            let count = pread(descriptor, &buffer, buffer.count, 0)
            let at = now()
            if count >= 0, !buffer[..<count].elementsEqual(previous) {
                previous = Array(buffer[..<count])
                let table = ServiceTable(String(decoding: previous, as: UTF8.self))
                changes.withLock { changes in
                    // The counters of connections change all the time and are no change of the table.
                    if changes.last?.table != table { changes.append(Change(at: at, table: table)) }
                }
            }
            latest.store(Int(at.nanoseconds), ordering: .releasing)
            nap(.milliseconds(4))
        }
        close(descriptor)
    }

    /// Ends the dumping.
    func stop() {
        isStopping.store(true, ordering: .relaxed)
    }

    /// The table as last dumped.
    var current: ServiceTable { changes.withLock { $0.last?.table } ?? ServiceTable("") }

    /// When the table first fitted, at or after an instant; an earlier dump counts as of that instant.
    func first(since: MonotonicInstant, where fits: (ServiceTable) -> Bool) -> MonotonicInstant? {
        changes.withLock { changes in
            let start = changes.lastIndex { $0.at <= since } ?? 0
            return changes[start...].first { fits($0.table) }.map { max($0.at, since) }
        }
    }

    /// Since when every dump has fitted, counted from an instant; nil while the last one does not.
    func lasting(since: MonotonicInstant, where fits: (ServiceTable) -> Bool) -> MonotonicInstant? {
        changes.withLock { changes in
            let start = changes.lastIndex { $0.at <= since } ?? 0
            guard let last = changes[start...].last, fits(last.table) else { return nil }
            let first = changes[start...].lastIndex { !fits($0.table) }.map { $0 + 1 } ?? start
            return max(changes[first].at, since)
        }
    }

    /// How often the weight of any destination changed since an instant.
    func weightChanges(since: MonotonicInstant, in address: IPv4Address, _ port: UInt16) -> Int {
        changes.withLock { changes in
            let start = changes.lastIndex { $0.at <= since } ?? 0
            let weights = changes[start...].map { change -> [IPv4Address: Int] in
                let destinations = change.table.service(address, port)?.destinations ?? []
                return Dictionary(destinations.map { ($0.address, $0.weight) }) { first, _ in first }
            }
            return zip(weights, weights.dropFirst()).reduce(0) { sum, pair in
                sum + Set(pair.0.keys).union(pair.1.keys).count { pair.0[$0] != pair.1[$0] }
            }
        }
    }

    /// The weights that a node had since an instant, in order.
    func weights(of node: Host, since: MonotonicInstant, in cluster: Cluster) -> [Int] {
        changes.withLock { changes in
            let start = changes.lastIndex { $0.at <= since } ?? 0
            var found: [Int] = []
            for change in changes[start...] {
                let weight = change.table.weight(of: node.address, in: cluster.virtualAddress, cluster.port) ?? 0
                if weight != found.last { found.append(weight) }
            }
            return found
        }
    }

    /// Whether every dump since an instant fits.
    func always(since: MonotonicInstant, where fits: (ServiceTable) -> Bool) -> Bool {
        changes.withLock { changes in
            let start = changes.lastIndex { $0.at <= since } ?? 0
            return changes[start...].allSatisfy { fits($0.table) }
        }
    }
}
