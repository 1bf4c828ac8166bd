import Balancing
import DirectorCore
import Health
import Primitives

extension Simulation {
    /// What a director's configuration file says about the real servers and the services.
    func clusterSettings(_ director: Int) -> ClusterSettings {
        let servers = (0..<options.realServers).map { number in
            RealServerSettings(
                name: "w\(number + 1)",
                address: .v4(Lan.address(Lan.firstRealServer + number)),
                agent: options.withoutAgent == number
                    ? nil : .init(fingerprint: fingerprint(Lan.firstRealServer + number))
            )
        }
        let services = [UInt16(80), 443].prefix(options.services).map { port in
            let endpoint = Endpoint(address: Lan.virtual(0), port: port)
            var service = ServiceSettings(
                name: "port\(port)",
                service: VirtualService(identity: ServiceIdentity(protocol: .tcp, endpoint: endpoint)),
                members: servers.map { .init(realServer: $0.name) }
            )
            service.probe = options.probe
            service.pool.failOpen = options.failOpen
            return service
        }
        var settings = ClusterSettings(
            directorName: "d\(director + 1)",
            interface: Lan.interface,
            realServers: servers,
            services: Array(services)
        )
        settings.heartbeatInterval = options.heartbeatInterval
        return settings
    }
}
