package import AgentProtocol

/// The first message of either director; the link counts as connected once both were seen.
package struct PeerHello: Hashable, Sendable {
    /// The sender's life: another one after every start of the process.
    package let bootIdentifier: BootIdentifier
    /// The sender's name.
    package let name: String
    /// The sender's program version.
    package let programVersion: String

    /// Makes a Hello; names are shortened to what may travel.
    package init(bootIdentifier: BootIdentifier, name: String, programVersion: String) {
        self.bootIdentifier = bootIdentifier
        self.name = Limits.printable(name, bytes: PeerLimits.name)
        self.programVersion = Limits.printable(programVersion, bytes: PeerLimits.name)
    }
}
