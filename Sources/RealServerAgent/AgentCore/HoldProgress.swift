package import Primitives

/// Whether the directors have acted on a hold, out of the agent's status.
package struct HoldProgress: Hashable, Sendable {
    /// How long they may take.
    package static let patience = Interval.seconds(5)

    /// Whether every director is connected and gives the node no new connections in any service.
    package let isDone: Bool
    /// Whether that is true of those that are connected, of which there is one at least.
    package let isDoneByConnected: Bool
    /// What is missing, in words.
    package let text: String

    /// Judges a status.
    package init(_ status: AgentStatus) {
        let connected = status.directors.filter(\.isConnected)
        let open = connected.compactMap { director -> String? in
            guard let weight = director.view.first(where: { $0.weight > 0 }) else { return nil }
            return "\(director.name) gives \(weight.service) weight \(weight.weight) (\(weight.reason))"
        }
        let absent = status.directors.filter { !$0.isConnected }.map { "\($0.name) is not connected" }
        isDoneByConnected = !connected.isEmpty && open.isEmpty
        isDone = isDoneByConnected && absent.isEmpty
        text = "held, but \((open + absent).joined(separator: ", "))"
    }
}
