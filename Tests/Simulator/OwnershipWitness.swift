import Primitives

/// Who has the virtual addresses, seen from the kernels and from the client: every change, as it happens.
final class OwnershipWitness {
    /// What is known of one virtual address.
    struct Record {
        /// The directors that answer for it.
        var owners: Set<Int> = []
        /// Since when.
        var since: MonotonicInstant
        /// Whether a packet of the client's would reach a director that takes it.
        var isServed = false
        /// Since when.
        var servedSince: MonotonicInstant
    }

    /// A length of time in which something was so.
    struct Span: Hashable {
        var address: IPAddress
        var from: MonotonicInstant
        var to: MonotonicInstant

        var length: Interval { to - from }
    }

    private unowned let world: Simulation
    private(set) var records: [IPAddress: Record] = [:]
    /// When nobody had an address.
    private(set) var ownerless: [Span] = []
    /// When two had it.
    private(set) var shared: [Span] = []
    /// When the client's packets found nobody.
    private(set) var blackouts: [Span] = []
    /// From when on spans are kept.
    private(set) var watchesFrom: MonotonicInstant?

    init(world: Simulation) {
        self.world = world
    }

    /// Forgets what was, and keeps spans from now on.
    func watch() {
        (ownerless, shared, blackouts) = ([], [], [])
        watchesFrom = world.now
        look()
    }

    /// A kernel or the client's cache changed, or may have.
    func look() {
        for address in world.virtualAddresses { look(at: address) }
    }

    /// The longest of the spans, one that still lasts included.
    func longest(_ spans: [Span], lasting: (Record) -> MonotonicInstant?) -> Interval {
        let open = records.values.compactMap(lasting).map { world.now - from($0) }.max() ?? .zero
        return max(open, spans.map(\.length).max() ?? .zero)
    }

    /// How long nobody had an address at the longest.
    var longestOwnerless: Interval { longest(ownerless) { $0.owners.isEmpty ? $0.since : nil } }

    /// How long two had an address at the longest.
    var longestShared: Interval { longest(shared) { $0.owners.count > 1 ? $0.since : nil } }

    /// How long the client's packets found nobody at the longest.
    var longestBlackout: Interval { longest(blackouts) { $0.isServed ? nil : $0.servedSince } }

    private func from(_ time: MonotonicInstant) -> MonotonicInstant { max(time, watchesFrom ?? time) }

    private func look(at address: IPAddress) {
        let owners = Set(
            world.directors.filter { $0.kernel.isReachable && $0.kernel.holds(address) }.map(\.index)
        )
        let found = world.client.cache[address].flatMap(world.node(at:))
        let isServed = found.map { $0 < Lan.client && world.directors[$0].kernel.accepts(address) } ?? false
        guard var record = records[address] else {
            records[address] = Record(owners: owners, since: world.now, isServed: isServed, servedSince: world.now)
            return
        }
        defer { records[address] = record }
        if record.owners != owners {
            let isSame = min(record.owners.count, 2) == min(owners.count, 2)
            if !isSame {
                keep(record.owners.isEmpty, address, record.since, in: &ownerless)
                keep(record.owners.count > 1, address, record.since, in: &shared)
                record.since = world.now
            }
            record.owners = owners
        }
        if record.isServed != isServed {
            keep(!record.isServed, address, record.servedSince, in: &blackouts)
            (record.isServed, record.servedSince) = (isServed, world.now)
        }
    }

    private func keep(_ holds: Bool, _ address: IPAddress, _ since: MonotonicInstant, in spans: inout [Span]) {
        guard holds, watchesFrom != nil, world.now > from(since) else { return }
        spans.append(Span(address: address, from: from(since), to: world.now))
    }
}
