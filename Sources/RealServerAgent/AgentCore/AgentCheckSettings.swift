package import Primitives

/// Where the agent answers HAProxy's agent checks.
package struct AgentCheckSettings: Hashable, Sendable {
    /// The address and port to listen on.
    package var endpoint: Endpoint

    /// Makes the settings.
    package init(endpoint: Endpoint) {
        self.endpoint = endpoint
    }
}
