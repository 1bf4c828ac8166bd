internal import Dataplane
internal import DirectorConfiguration
internal import DirectorCore
internal import VRRP

extension DataplaneSettings {
    /// What the configuration says about the machine.
    init(_ configuration: DirectorConfiguration) {
        self.init(
            interface: configuration.interface,
            disablesForwarding: configuration.forwardingPolicy == .disable,
        )
        routerInterfaces = configuration.election.routers.map(\.interface)
        connectionSync = configuration.connectionSync
        sloppyTCP = configuration.sloppyTCP
    }
}
