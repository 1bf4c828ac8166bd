import Health
import Primitives
import Testing

/// A service's pool with members that tests set by a word.
struct Pool {
    static let start = MonotonicInstant(nanoseconds: 1_000_000_000_000)

    /// What is the case with a member.
    enum Word: Hashable {
        case up
        /// A check of the director's fails, which may be wrong.
        case down
        /// It is no correct real server.
        case broken
        /// A check fails that may be wrong, and its direct path is dead, which is certain.
        case cutOff
        case unknown
        case drained
        case maintained

        var standing: Standing {
            switch self {
            case .up: assess(operator: .none, agent: .positive, probe: .up, directPath: .up)
            case .down: assess(operator: .none, agent: .stale, probe: .down(.probeTimedOut), directPath: .up)
            case .broken: assess(operator: .none, agent: .negative(.vipMissing), probe: .up, directPath: .up)
            case .cutOff:
                assess(
                    operator: .none,
                    agent: .positive,
                    probe: .down(.probeTimedOut),
                    directPath: .down(.directRoutingBlackHole)
                )
            case .unknown:
                assess(
                    operator: .none,
                    agent: .neverHeard,
                    probe: .unknown(.awaitingResults),
                    directPath: .unknown(.awaitingResults)
                )
            case .drained: assess(operator: .drain, agent: .positive, probe: .up, directPath: .up)
            case .maintained: assess(operator: .maintenance, agent: .positive, probe: .up, directPath: .up)
            }
        }
    }

    var subject: ServicePool
    var now = Pool.start
    var members: [(name: String, role: PoolRole, weight: UInt32)]
    var words: [String: Word] = [:]
    var capacities: [String: MemberCapacity] = [:]
    var kernel: [String: UInt32] = [:]
    var decisions: [String: PoolMember.Decision] = [:]

    /// A pool with members of whom nothing is known; the names of backups begin with b, of sorry servers with s.
    init(_ weights: KeyValuePairs<String, UInt32>, _ change: (inout PoolSettings) -> Void = { _ in }) {
        var settings = PoolSettings()
        change(&settings)
        subject = ServicePool(service: "web", settings)
        members = weights.map { name, weight in
            (name, name.hasPrefix("b") ? .backup : name.hasPrefix("s") ? .sorry : .primary, weight)
        }
    }

    /// Sets words, lets time pass, judges, and lets the kernel follow.
    mutating func set(_ changes: KeyValuePairs<String, Word> = [:], after pause: Interval = .zero) {
        for (name, word) in changes { words[name] = word }
        let end = now + pause
        // A director judges a service as soon as it has it.
        if decisions.isEmpty { judge() }
        while let deadline = subject.deadline, deadline <= end {
            guard deadline > now else {
                Issue.record("the pool wants to be judged at \(deadline) again")
                break
            }
            now = deadline
            judge()
        }
        now = end
        judge()
    }

    private mutating func judge() {
        let given = members.map { member in
            PoolMember(
                name: member.name,
                role: member.role,
                weight: member.weight,
                standing: (words[member.name] ?? .unknown).standing,
                applied: kernel[member.name],
                capacity: capacities[member.name] ?? .unsaid,
            )
        }
        for (member, decision) in zip(members, subject.judge(given, at: now)) {
            decisions[member.name] = decision
            switch decision.weight {
            case .exactly(let weight): kernel[member.name] = weight
            case .keep: kernel[member.name] = kernel[member.name] ?? 0
            case .adopt: break
            case .absent: kernel[member.name] = nil
            }
        }
    }

    /// Every member's weight in the kernel, `-` for none, in their order.
    var weights: String {
        members.map { kernel[$0.name].map(String.init) ?? "-" }.joined(separator: " ")
    }

    /// Why a member has its weight.
    func reason(_ name: String) -> Reason? { decisions[name]?.decision.reason }

    var state: ServiceAvailability.State { subject.availability.state }
}
