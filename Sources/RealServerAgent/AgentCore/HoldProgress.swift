package import Primitives

/// Whether the directors have acted on a hold, out of the agent's status.
package struct HoldProgress: Hashable, Sendable {
    /// How long they may take.
    package static let patience = Interval.seconds(5)

    /// Whether every connected director gives the node no new connections in any service.
    package let isDone: Bool
    /// What is missing, in words.
    package let text: String

    /// Judges a status.
    package init(_ status: AgentStatus) {
        let connected = status.directors.filter(\.isConnected)
        let open = connected.compactMap { director -> String? in
            guard let weight = director.view.first(where: { $0.weight > 0 }) else { return nil }
            return "\(director.name) gives \(weight.service) weight \(weight.weight) (\(weight.reason))"
        }
        isDone = !connected.isEmpty && open.isEmpty
        text =
            connected.isEmpty
            ? "held, but no director is connected: they go by their own probes"
            : "held, but \(open.joined(separator: ", "))"
    }
}
