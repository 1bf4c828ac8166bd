package import AgentProtocol

/// Who the agent is on its links.
package struct AgentIdentity: Hashable, Sendable {
    /// The boot of the machine.
    package var bootIdentifier: BootIdentifier
    /// The node's name.
    package var name: String
    /// The program's version.
    package var programVersion: String

    /// How many processors the node has.
    package var processors: Int

    /// Makes an identity.
    package init(bootIdentifier: BootIdentifier, name: String, programVersion: String, processors: Int = 1) {
        self.processors = processors
        self.bootIdentifier = bootIdentifier
        self.name = name
        self.programVersion = programVersion
    }
}
