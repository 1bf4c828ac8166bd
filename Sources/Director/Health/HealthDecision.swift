/// What the merge decides about one real server in one service.
package struct HealthDecision: Hashable, Sendable {
    /// What its weight shall be.
    package enum WeightPolicy: String, Hashable, Sendable, CaseIterable, Codable {
        /// Its configured weight.
        case serve
        /// No new connections.
        case zero
        /// The weight that it has, because nothing is known that would justify another.
        case keep
    }

    /// Whose word decided.
    package enum Decider: Hashable, Sendable, CaseIterable {
        case `operator`
        case agent
        case probe
        case directPath
        /// The other director, of which nothing is asked but what nobody here knows.
        case peer
        /// The service, which needs another weight than health alone would give.
        case service
        /// Nobody: what is needed is not known.
        case nobody
    }

    /// What the weight shall be.
    package let weightPolicy: WeightPolicy
    /// Why.
    package let reason: Reason
    /// Whose word decided.
    package let decider: Decider

    /// Makes a decision.
    package init(_ weightPolicy: WeightPolicy, _ reason: Reason, by decider: Decider) {
        self.weightPolicy = weightPolicy
        self.reason = reason
        self.decider = decider
    }
}
