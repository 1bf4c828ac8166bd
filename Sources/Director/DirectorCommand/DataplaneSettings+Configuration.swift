internal import Dataplane
internal import DirectorConfiguration

extension DataplaneSettings {
    /// What the configuration says about the machine.
    init(_ configuration: DirectorConfiguration) {
        self.init(
            interface: configuration.interface,
            disablesForwarding: configuration.forwardingPolicy == .disable,
        )
        connectionSync = configuration.connectionSync
        sloppyTCP = configuration.sloppyTCP
    }
}
