package import Primitives

/// What the operator decides about the agent on one web node.
package struct AgentSettings: Hashable, Sendable {
    /// What happens to the virtual addresses when the agent stops.
    package enum StopAction: String, Hashable, Sendable, CaseIterable {
        /// They stay, and the directors fall back to their own probes.
        case keep
        /// The node is drained, then they are removed.
        case release
    }

    /// A director that may connect.
    package struct Director: Hashable, Sendable {
        /// The name by which the operator speaks of it.
        package var name: String
        /// SHA-256 of its SubjectPublicKeyInfo.
        package var fingerprint: KeyFingerprint

        /// Makes a director.
        package init(name: String, fingerprint: KeyFingerprint) {
            self.name = name
            self.fingerprint = fingerprint
        }
    }

    /// The directors, names and fingerprints unique.
    package var directors: [Director]
    /// Networks in which a director may ask for virtual addresses; none is allowed outside them.
    package var allowedAddresses: [Prefix]
    /// Virtual addresses that are held whatever the directors say.
    package var pinnedAddresses: [IPAddress] = []
    /// The TCP port of the agent link.
    package var port: UInt16 = 9407
    /// The address to listen on; every address that is not virtual if absent.
    package var listenAddress: IPAddress?
    /// Where HAProxy's agent checks are answered; nowhere if absent.
    package var agentCheck: AgentCheckSettings?
    /// Checks of the node's services beside the connections that all of them get.
    package var checks: [LocalCheck] = []
    /// How the node finds out what share of its capacity it offers; it says nothing about it if absent.
    package var capacity: CapacitySettings?
    /// How long a service may accept none of the connections that wait for it before it counts as hung; zero: never.
    package var hangAfter: Interval = .milliseconds(600)
    /// What happens at stop.
    package var stopAction = StopAction.keep
    /// How long a release waits for the virtual addresses' connections to end.
    package var drainDeadline: Interval = .seconds(30)

    /// Makes the settings of an agent with the defaults.
    package init(directors: [Director], allowedAddresses: [Prefix]) {
        self.directors = directors
        self.allowedAddresses = allowedAddresses
    }
}
