package import Primitives

/// A web node, declared once and used by any number of services.
package struct RealServerSettings: Hashable, Sendable {
    /// How to reach the node's agent.
    package struct Agent: Hashable, Sendable {
        /// The agent's TCP port.
        package var port: UInt16 = 9407
        /// SHA-256 of the agent's SubjectPublicKeyInfo.
        package var fingerprint: KeyFingerprint

        /// Makes the settings of an agent on the default port.
        package init(fingerprint: KeyFingerprint) {
            self.fingerprint = fingerprint
        }
    }

    /// The name by which the operator speaks of it.
    package var name: String
    /// Its real address, on the directors' LAN.
    package var address: IPAddress
    /// Its agent, if one is installed.
    package var agent: Agent?

    /// Makes a real server.
    package init(name: String, address: IPAddress, agent: Agent? = nil) {
        self.name = name
        self.address = address
        self.agent = agent
    }
}
