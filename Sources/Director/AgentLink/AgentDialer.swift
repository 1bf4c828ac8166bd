package import DirectorCore
package import NIOCore
package import Primitives
package import SecureTransport

/// Executes what the cluster core wants of the links to the agents, and tells it what becomes of them.
///
/// When to dial again is the core's business; a dial that it closed itself is not heard of again.
package final class AgentDialer: Sendable {
    private let dialer: LinkDialer

    /// Makes a dialer that shows the director's key.
    ///
    /// The sink answers false if it has no room for the event, which then comes again.
    package init(
        identity: IdentityKey,
        limits: LinkLimits = LinkLimits(),
        eventLoop: any EventLoop,
        events: @escaping @Sendable (ClusterEvent) -> Bool,
    ) throws(TransportError) {
        dialer = try LinkDialer(identity: identity, limits: limits, eventLoop: eventLoop) { event in
            guard let event = Self.clusterEvent(event) else { return true }
            return events(event)
        }
    }

    private static func clusterEvent(_ event: TransportEvent) -> ClusterEvent? {
        switch event {
        case .connected(let link, _, remote: _): .agentConnected(ConnectionIdentifier(link))
        case .bytes(let link, let bytes): .agentBytes(ConnectionIdentifier(link), bytes)
        case .closed(_, .closedByOwner): nil
        case .closed(let link, let closure): .agentClosed(ConnectionIdentifier(link), reason: "\(closure)")
        // A dialer accepts nothing, so it refuses nothing.
        case .refused: nil
        }
    }

    /// Connects to an agent whose key must have the fingerprint.
    package func dial(_ connection: ConnectionIdentifier, to endpoint: Endpoint, expecting key: KeyFingerprint) {
        dialer.dial(LinkIdentifier(connection), to: endpoint, expecting: key)
    }

    /// Sends bytes to an agent.
    package func send(_ connection: ConnectionIdentifier, _ bytes: [UInt8]) {
        // If they are dropped, the link ends and the core hears of it.
        dialer.send(LinkIdentifier(connection), bytes)
    }

    /// Closes the link to an agent, or gives up its dial.
    package func close(_ connection: ConnectionIdentifier) {
        dialer.close(LinkIdentifier(connection))
    }

    /// Closes all links.
    package func stop() {
        dialer.stop()
    }

    /// The counters now.
    package var statistics: LinkStatistics { dialer.statistics }
}
