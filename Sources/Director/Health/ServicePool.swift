package import Primitives

/// The real servers of one service together: who serves with what weight, and whether that suffices.
///
/// It looks at each server's standing in this order: hold-down, ejection limit, quorum of the primary servers (backups
/// come in), quorum of all (sorry servers come in), fail open, slow start.
package struct ServicePool: Sendable {
    /// What the service needs.
    package var settings: PoolSettings
    /// How the service is served.
    package internal(set) var availability: ServiceAvailability

    var records: [String: PoolMember.Record] = [:]
    var primaryQuorum = Quorum()
    var quorum = Quorum()
    var failOpen = FailOpen()

    /// Makes the pool of a service at the director's start, or when the service is configured.
    package init(service: String, _ settings: PoolSettings) {
        self.settings = settings
        availability = ServiceAvailability(service: service)
    }

    /// When the pool has to be judged again though nothing happens.
    package private(set) var deadline: MonotonicInstant?

    /// Judges all members, whose order decides nothing.
    ///
    /// Those that are no members any more and go on serving until these do count with their weight in `leaving`, by what
    /// they stand in for.
    package mutating func judge(
        _ members: [PoolMember],
        leaving: [PoolRole: UInt64] = [:],
        at now: MonotonicInstant,
    ) -> [PoolMember.Decision] {
        let names = Set(members.map(\.name))
        records = records.filter { names.contains($0.key) }
        for member in members { observe(member, at: now) }
        let unknown = members.filter { isUnknown($0) && isAwaited($0, at: now) && $0.role != .sorry }

        var view = View()
        let primaries = members.filter { $0.role == .primary && $0.standing.administrative == .inService }
        view.total = Self.sum(primaries)
        eject(from: primaries, into: &view, at: now)
        release(primaries, from: &view)
        view.total += leaving[.primary] ?? 0
        view.primary = Self.sum(primaries.filter { isServing($0, view, at: now) }) + (leaving[.primary] ?? 0)
        let backups = members.filter { $0.role == .backup && isServing($0, view, at: now) }
        view.backup = Self.sum(backups) + (leaving[.backup] ?? 0)
        let unknownPrimaries = Self.sum(unknown.filter { $0.role == .primary })
        let unknownAll = Self.sum(unknown)
        // A service without real servers has no quorum to lose before one is configured.
        primaryQuorum.update(serving: view.primary, unknown: unknownPrimaries, settings.quorum)
        quorum.update(serving: view.primary + view.backup, unknown: unknownAll, settings.quorum)
        view.needsBackups = primaryQuorum.isMet.map { !$0 }
        view.needsSorry = quorum.isMet.map { isMet in
            !isMet && members.contains { $0.role == .sorry && isServing($0, view, at: now) }
        }
        let serving = view.primary + (view.needsBackups == true ? view.backup : 0)
        // What is not known yet is no reason to distrust the checks.
        if unknown.isEmpty { failOpen.update(serving: serving, of: view.total, settings.failOpen) }
        view.isOpen = failOpen.isOpen && view.needsSorry != true
        summarize(view, serving: serving)

        let scale = Self.scale(members, settings)
        view.knowsFullWeight = members.contains { $0.weight > 0 && $0.applied == $0.weight * scale }
        let decisions = members.map { decide($0, view, scale: scale, at: now) }
        for (member, decision) in zip(members, decisions) { note(decision, of: member) }
        setDeadline(members, at: now)
        return decisions
    }

    /// What is remembered of a real server at an address, which may have had weight 0 before the director's start.
    package func past(
        of name: String,
        at address: IPAddress,
        mayHaveBeenOut: Bool,
        at now: MonotonicInstant,
    ) -> MemberPast {
        guard let record = records[name], record.address == address else { return mayHaveBeenOut ? .outBefore : .clean }
        if record.failedProbes { return .failedProbes }
        let isAwaited = record.serves == nil && now < record.firstSeen + settings.patience
        return mayHaveBeenOut && isAwaited ? .outBefore : .clean
    }

    /// Whether a member is so new to the service that its first results may still come.
    func isAwaited(_ member: PoolMember, at now: MonotonicInstant) -> Bool {
        records[member.name].map { now < $0.firstSeen + settings.patience } ?? true
    }

    /// Whether nothing was ever known of a member.
    private func isUnknown(_ member: PoolMember) -> Bool {
        member.standing.administrative == .inService && records[member.name]?.serves == nil
    }

    /// Whether a member counts as one that serves: it is decided, or it has a weight that the director adopted.
    private func isServing(_ member: PoolMember, _ view: View, at now: MonotonicInstant) -> Bool {
        guard member.standing.administrative == .inService, !view.held.contains(member.name) else { return false }
        guard let record = records[member.name] else { return false }
        // A weight that was only given because the service fails open is no sign of health.
        let isAdopted = !isAwaited(member, at: now) && record.given == nil && (member.applied ?? 0) > 0
        return record.serves ?? isAdopted
    }

    static func sum(_ members: [PoolMember]) -> UInt64 { members.reduce(0) { $0 + UInt64($1.weight) } }

    /// By what weights are multiplied so that a ramp or a share has steps: the same whether there is one now or not.
    static func scale(_ members: [PoolMember], _ settings: PoolSettings) -> UInt32 {
        guard settings.slowStart != nil || settings.followsCapacity,
            let least = members.map(\.weight).filter({ $0 > 0 }).min(),
            let most = members.map(\.weight).max()
        else { return 1 }
        return max(1, min((SlowStart.finestWeight + least - 1) / least, 65_535 / most))
    }
}

// MARK: What happens to one member.

extension ServicePool {
    /// Takes in what is new about a member.
    private mutating func observe(_ member: PoolMember, at now: MonotonicInstant) {
        let known = records[member.name].flatMap { $0.address == member.address ? $0 : nil }
        var record = known ?? PoolMember.Record(of: member, at: now)
        defer { records[member.name] = record }
        switch member.standing.decision.weightPolicy {
        case .serve: record.serves = true
        case .zero: record.serves = false
        case .keep: break
        }
        if member.standing.failsProbes {
            record.failedProbes = true
        } else if member.standing.health == .up {
            record.failedProbes = false
        }
        if member.standing.administrative == .maintenance { record.hasBeenOut = true }
        guard member.standing.administrative == .inService else { return }
        switch member.standing.health {
        case .up:
            if record.lastKnown == .down, let holdDown = settings.holdDown {
                record.holdDown.recovered(at: now, holdDown)
            }
            (record.lastKnown, record.downSince) = (.up, nil)
        case .down:
            if record.lastKnown == .up, let holdDown = settings.holdDown { record.holdDown.failed(at: now, holdDown) }
            (record.lastKnown, record.downSince) = (.down, record.downSince ?? now)
            record.hasBeenOut = true
        case .unknown:
            break
        }
    }

    /// Decides who is out: those that are wrong for certain, then others as far as the limit lets them go.
    private func eject(from primaries: [PoolMember], into view: inout View, at now: MonotonicInstant) {
        let limit = view.total * UInt64(settings.maximumEjection) / 100
        let down = primaries.filter { records[$0.name]?.serves == false }
        var ejected = Self.sum(down.filter(\.standing.forbidsFailingOpen))
        var mayEject = true
        func takes(_ member: PoolMember) -> Bool {
            guard mayEject, ejected == 0 || ejected + UInt64(member.weight) <= limit else {
                mayEject = false
                return false
            }
            ejected += UInt64(member.weight)
            return true
        }
        let uncertain = down.filter { !$0.standing.forbidsFailingOpen }.sorted { left, right in
            let (one, other) = (records[left.name]?.downSince ?? now, records[right.name]?.downSince ?? now)
            return one == other ? left.name < right.name : one < other
        }
        for member in uncertain where !takes(member) { view.kept.insert(member.name) }
        for member in primaries.sorted(by: { $0.name < $1.name }) where isHeld(member, at: now) {
            if takes(member) { view.held.insert(member.name) }
        }
    }

    private func isHeld(_ member: PoolMember, at now: MonotonicInstant) -> Bool {
        guard settings.holdDown != nil, let record = records[member.name], record.serves == true else { return false }
        return record.holdDown.isHeld(at: now)
    }

    /// Gives up hold-downs, the nearest to its end first, as long as the others do not suffice.
    private func release(_ primaries: [PoolMember], from view: inout View) {
        guard !view.held.isEmpty else { return }
        let share = view.total * UInt64(settings.failOpen?.below ?? 0)
        var serving = Self.sum(primaries.filter { records[$0.name]?.serves == true && !view.held.contains($0.name) })
        let held = primaries.filter { view.held.contains($0.name) }.sorted { left, right in
            let never = MonotonicInstant(nanoseconds: 0)
            let one = records[left.name]?.holdDown.heldUntil ?? never
            let other = records[right.name]?.holdDown.heldUntil ?? never
            return one == other ? left.name < right.name : one < other
        }
        for member in held where serving < UInt64(settings.quorum.weight) || serving * 100 < share {
            view.held.remove(member.name)
            serving += UInt64(member.weight)
        }
    }

    private mutating func note(_ decision: PoolMember.Decision, of member: PoolMember) {
        guard var record = records[member.name] else { return }
        switch decision.weight {
        case .exactly(let weight):
            record.given = weight
            // It serves again: only what happens from now on makes it start slowly.
            if weight > 0 { record.hasBeenOut = false } else { record.slowStart = nil }
        case .absent:
            (record.given, record.slowStart) = (0, nil)
        case .keep, .adopt:
            break
        }
        records[member.name] = record
    }

    private mutating func setDeadline(_ members: [PoolMember], at now: MonotonicInstant) {
        var next = records.values.flatMap { record in
            [record.slowStart?.deadline(after: now), record.holdDown.heldUntil.flatMap { $0 > now ? $0 : nil }]
        }
        for member in members where isAwaited(member, at: now) {
            guard isUnknown(member) && member.role != .sorry || member.capacity == .awaited else { continue }
            next.append(records[member.name].map { $0.firstSeen + settings.patience })
        }
        deadline = next.compactMap(\.self).min()
    }
}
