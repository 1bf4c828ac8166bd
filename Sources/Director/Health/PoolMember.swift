package import Primitives

/// A real server as its service looks at it.
package struct PoolMember: Hashable, Sendable {
    /// Its name.
    package var name: String
    /// Where it is; another one of its name is another one.
    package var address: IPAddress?
    /// What it is for.
    package var role: PoolRole
    /// Its configured weight.
    package var weight: UInt32
    /// What is decided about it alone.
    package var standing: Standing
    /// The weight that the kernel has; nothing if it has none.
    package var applied: UInt32?

    /// What share of its capacity it offers; all of it where nobody says otherwise.
    package var capacity: MemberCapacity

    /// Makes a member.
    package init(
        name: String,
        address: IPAddress? = nil,
        role: PoolRole,
        weight: UInt32,
        standing: Standing,
        applied: UInt32?,
        capacity: MemberCapacity = .unsaid,
    ) {
        self.capacity = capacity
        self.name = name
        self.address = address
        self.role = role
        self.weight = weight
        self.standing = standing
        self.applied = applied
    }
}

extension PoolMember {
    /// What a service decides about one member.
    package struct Decision: Hashable, Sendable {
        /// Its weight.
        package var weight: PoolWeight
        /// What it gets and why, in the words of the merge.
        package var decision: HealthDecision
        /// What the service has to say about it; empty where the merge's own evidence is all there is.
        package var evidence: String
    }

    /// What a service remembers of one member.
    struct Record: Hashable, Sendable {
        /// Where it is.
        let address: IPAddress?
        /// Since when the service has it.
        let firstSeen: MonotonicInstant
        /// Whether it was last decided to serve; nothing while nothing was ever known of it.
        var serves: Bool?
        /// Its last known health while it was in service.
        var lastKnown = Verdict.State.unknown
        /// Whether the director's own probes failed when they last came to a result.
        var failedProbes = false
        /// Since when it is down.
        var downSince: MonotonicInstant?
        /// Whether it failed or was in maintenance since it last served.
        var hasBeenOut = false
        /// The weight that it was last given.
        var given: UInt32?
        var slowStart: SlowStart?
        var holdDown = HoldDown()

        init(of member: PoolMember, at now: MonotonicInstant) {
            (address, firstSeen) = (member.address, now)
        }
    }
}
