package import Primitives

/// The first message of either end; the link counts as connected once both were seen.
package struct Hello: Hashable, Sendable {
    /// The boot of the sender's machine.
    package let bootIdentifier: BootIdentifier
    /// The sender's name.
    package let name: String
    /// The sender's program version.
    package let programVersion: String
    /// The heartbeat interval: asked for by the director, agreed to by the agent.
    package let heartbeatInterval: Interval

    /// Makes a Hello; names are shortened to what may travel.
    package init(bootIdentifier: BootIdentifier, name: String, programVersion: String, heartbeatInterval: Interval) {
        self.bootIdentifier = bootIdentifier
        self.name = Limits.printable(name, bytes: Limits.name)
        self.programVersion = Limits.printable(programVersion, bytes: Limits.name)
        self.heartbeatInterval = Limits.agreeable(heartbeatInterval)
    }
}
