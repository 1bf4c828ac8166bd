internal import Balancing
internal import ConfigurationSyntax
internal import DirectorCore
internal import Health
package import PeerProtocol
package import Primitives
internal import VRRP

extension DirectorConfiguration {
    /// What both directors of a cluster must agree on, one statement a line, sorted.
    ///
    /// A director's own name, interface, files, forwarding, priorities and preemption differ rightly and are left out.
    package var normalForm: [String] {
        var lines = ["heartbeat_interval \(cluster.heartbeatInterval.exact)"]
        if let sync = connectionSync {
            lines.append(
                "connection_sync id \(sync.identifier) group \(sync.group) port \(sync.port) ports \(sync.ports) "
                    + "maxlen \(sync.maximumLength.map(String.init) ?? "default")"
            )
        }
        if let sloppyTCP { lines.append("sloppy_tcp \(sloppyTCP)") }
        for router in election.routers {
            let addresses = router.addresses.map(\.description).sorted().joined(separator: " ")
            lines.append(
                "virtual_router \(router.name) vrid \(router.virtualRouterIdentifier) version "
                    + "\(router.version.rawValue) authentication \(router.authentication.type) unicast "
                    + "\(router.unicast != nil) advertisement_interval \(router.advertisementInterval.exact) "
                    + "addresses \(addresses)" + (router.usesVirtualMAC ? " virtual_mac" : "")
                    + (router.syncGroup.map { " sync_group \($0)" } ?? "")
            )
        }
        for server in cluster.realServers {
            let agent = server.agent.map { "port \($0.port) \($0.fingerprint)" } ?? "none"
            lines.append("real_server \(server.name) \(server.address) agent \(agent)")
        }
        for service in cluster.services {
            let probe = service.probe
            lines.append(
                "service \(service.name) \(service.service.identity) scheduler \(service.service.schedulerName) "
                    + "flags \(service.service.schedulerFlags) persistence \(service.service.persistenceTimeout)s "
                    + "drain_deadline \(service.drainDeadline.exact) direct_path \(service.directPathProbe) check "
                    + "\(probe.kind) port \(probe.port.map { "\($0)" } ?? "own") \(probe.interval.exact) "
                    + "\((probe.fastInterval ?? probe.interval).exact) \(probe.timeout.exact) \(probe.fall) \(probe.rise)"
            )
            let pool = service.pool
            let failOpen = pool.failOpen.map { "\($0.below) \($0.until)" } ?? "never"
            let slowStart = pool.slowStart.map { "\($0.duration.exact) \($0.exponent)" } ?? "none"
            let holdDown =
                pool.holdDown.map { "\($0.free) \($0.first.exact) \($0.maximum.exact) \($0.forget.exact)" } ?? "none"
            lines.append(
                "pool \(service.name) quorum \(pool.quorum.weight) \(pool.quorum.hysteresis) fail_open \(failOpen) "
                    + "max_ejection \(pool.maximumEjection) slow_start \(slowStart) hold_down \(holdDown)"
                    + (pool.followsCapacity ? " follow_capacity" : "")
            )
            for member in service.members {
                lines.append(
                    "member \(service.name) \(member.realServer) weight \(member.weight) \(member.role.rawValue)"
                )
            }
        }
        return lines.sorted()
    }

    /// A short name of the normal form: equal on directors that agree, 16 hexadecimal digits of FNV-1a.
    package var digest: String {
        let digits = String(Self.hash(normalForm), radix: 16)
        return String(repeating: "0", count: 16 - digits.count) + digits
    }

    /// What the other director is told: digests of the whole and of each key.
    package var summary: ConfigurationSummary {
        let lines = normalForm
        var sections: [String: [String]] = [:]
        for line in lines {
            let word = String(line.prefix { $0 != " " })
            sections[Self.keys[word] ?? word, default: []].append(line)
        }
        return ConfigurationSummary(
            generation: 0,
            changedAt: 0,
            digest: Self.hash(lines),
            sections: sections.keys.sorted().prefix(PeerLimits.sections).map { key in
                ConfigurationSummary.Section(name: key, digest: Self.hash(sections[key] ?? []))
            },
        )
    }

    /// The virtual addresses of all routers.
    package var virtualAddresses: Set<IPAddress> { Set(election.routers.flatMap { $0.addresses.map(\.address) }) }

    /// The keys of the file under which the statements stand.
    private static var keys: [String: String] {
        [
            "virtual_router": "virtual_routers", "real_server": "real_servers", "service": "services",
            "member": "services", "pool": "services",
        ]
    }

    private static func hash(_ lines: [String]) -> UInt64 {
        var hash: UInt64 = 0xcbf2_9ce4_8422_2325
        for line in lines {
            for byte in Array(line.utf8) + [10] { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3 }
        }
        return hash
    }
}
