internal import AgentProtocol

/// What a director thinks of a real server in a service.
package struct PeerOpinion: Hashable, Sendable {
    /// What the real server is there.
    package enum State: UInt8, Hashable, Sendable, CaseIterable {
        case unknown = 0
        case up = 1
        case down = 2
        case draining = 3
        case maintenance = 4
    }

    /// The service's configured name.
    package let service: String
    /// The real server's configured name.
    package let realServer: String
    /// What it is.
    package let state: State
    /// Why.
    package let reason: String

    /// Makes an opinion; texts are shortened to what may travel.
    package init(service: String, realServer: String, state: State, reason: String) {
        self.service = Limits.printable(service, bytes: PeerLimits.name)
        self.realServer = Limits.printable(realServer, bytes: PeerLimits.name)
        self.state = state
        self.reason = Limits.printable(reason, bytes: PeerLimits.name)
    }
}
