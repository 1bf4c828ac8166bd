package import Primitives

/// How far the directors have acted on a hold, out of the agent's status.
package struct HoldProgress: Hashable, Sendable {
    /// What is answered to whoever asked for the hold.
    package struct Outcome: Hashable, Sendable {
        /// Whether no connected director's kernel gives the node new connections any more.
        package let acted: Bool
        /// What is missing, in words; empty if nothing is.
        package let missing: String
    }

    /// How long they may take.
    package static let patience = Interval.seconds(5)

    private let hold: NodeHold
    private let hasConnected: Bool
    private let sending: [String]
    private let absent: [String]
    private let unsaved: [String]

    /// Judges a status.
    package init(_ status: AgentStatus) {
        hold = status.hold
        let connected = status.directors.filter(\.isConnected)
        hasConnected = !connected.isEmpty
        sending = connected.compactMap { director in
            guard director.viewAge != nil else { return "\(director.name) has not said yet what weight it gives" }
            guard let weight = director.view.first(where: { $0.weight > 0 }) else { return nil }
            return "\(director.name) gives \(weight.service) weight \(weight.weight) (\(weight.reason))"
        }
        unsaved = status.failures.filter { $0.subject == "\(FailureSubject.stateFile)" }
            .map { "it would not survive a restart, the state cannot be written: \($0.reason)" }
        absent = status.directors.filter { !$0.isConnected }.map { "\($0.name) is not connected" }
    }

    /// What came of a hold; nothing while that is open.
    ///
    /// A director that is not connected is waited for too. One that is off sends no connections, and hears of the hold
    /// when it is back.
    package func outcome(of wanted: NodeHold, isTimeUp: Bool) -> Outcome? {
        guard hold == wanted else {
            return Outcome(acted: false, missing: "the node's hold is \(hold.rawValue) by now")
        }
        guard wanted != .none else { return Outcome(acted: true, missing: "") }
        let missing = sending + absent + unsaved
        guard isTimeUp || missing.isEmpty && hasConnected else { return nil }
        let acted = hasConnected && sending.isEmpty && unsaved.isEmpty
        return Outcome(acted: acted, missing: missing.joined(separator: ", "))
    }
}
