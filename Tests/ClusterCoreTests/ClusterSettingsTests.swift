import DirectorCore
import Primitives
import Testing

@Suite struct `Cluster settings` {
    private static func server(_ name: String, _ last: UInt8) -> RealServerSettings {
        RealServerSettings(name: name, address: .v4(IPv4Address(192, 0, 2, last)))
    }

    @Test func `find a real server by its name, in the list as it is now`() {
        var settings = ClusterSettings(
            directorName: "lb1",
            interface: "eth0",
            realServers: [Self.server("web1", 11), Self.server("web2", 12)],
            services: [],
        )
        #expect(settings.realServer(named: "web2")?.address == .v4(IPv4Address(192, 0, 2, 12)))
        #expect(settings.realServer(named: "web3") == nil)
        settings.realServers = [Self.server("web3", 13), Self.server("web2", 22)]
        #expect(settings.realServer(named: "web1") == nil)
        #expect(settings.realServer(named: "web2")?.address == .v4(IPv4Address(192, 0, 2, 22)))
        settings.realServers[0].address = .v4(IPv4Address(192, 0, 2, 33))
        #expect(settings.realServer(named: "web3")?.address == .v4(IPv4Address(192, 0, 2, 33)))
    }
}
