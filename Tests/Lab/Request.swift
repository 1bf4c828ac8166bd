import Primitives

/// One request of the load client: a TCP connection of its own, answered or lost.
struct Request: Sendable {
    /// How it ended.
    enum Outcome: Sendable, Equatable {
        case answered(by: String)
        case lost(cause: String)
    }

    var startedAt: MonotonicInstant
    var endedAt: MonotonicInstant
    var outcome: Outcome

    /// The web node that answered.
    var server: String? {
        if case .answered(let server) = outcome { server } else { nil }
    }

    /// Why it was lost.
    var cause: String? {
        if case .lost(let cause) = outcome { cause } else { nil }
    }
}
