import Primitives

/// Writes the files of the tutorial's cluster in Tandem's own format.
enum Configuration {
    /// Makes keys and files for every host.
    ///
    /// The words of `service` change it: `scheduler`, `persistence`, `http` for another check, `pair` without web3, `first`
    /// with web1 alone, `others` without it;
    /// `spares` for one real server with a backup and a sorry server, `ramp` with a slow start, `hold` with a hold-down,
    /// `open` for a service that fails open, `datagrams` for one of UDP beside it.
    static func write(_ cluster: Cluster, service: String = "") throws {
        let programs = cluster.programs
        let agents = try cluster.realServers.map { try key(programs.agent, $0) }
        let directors = try cluster.directors.map { try key(programs.director, $0) }
        for host in cluster.realServers {
            try File.write("\(host.directory)/agent.yaml", agent(cluster, host, directors))
        }
        for (host, priority) in zip(cluster.directors, [110, 100]) {
            let other = host.name == cluster.directors[0].name ? 1 : 0
            let peer = (host: cluster.directors[other], fingerprint: directors[other])
            let text = director(cluster, host, priority, peer, agents, service)
            try File.write("\(host.directory)/director.yaml", text)
        }
    }

    /// The fingerprint of a host's key, which is made if there is none.
    static func key(_ program: String, _ host: Host) throws -> String {
        let file = "\(host.directory)/key.pem"
        if let known = File.read("\(host.directory)/fingerprint") { return known }
        let fingerprint = try Command.run(program, "keygen", "--key-file", file)
        let words = fingerprint.split { $0.isWhitespace || $0 == "\"" }
        guard let text = words.last(where: { $0.hasPrefix("SHA256:") }).map({ String($0) }) else {
            throw LabError("keygen of \(host.name) printed no fingerprint: \(fingerprint)")
        }
        try File.write("\(host.directory)/fingerprint", text)
        return text
    }

    private static func agent(_ cluster: Cluster, _ host: Host, _ directors: [String]) -> String {
        var lines = ["directors:"]
        for (director, fingerprint) in zip(cluster.directors, directors) {
            lines += ["  - name: \(director.name)", "    fingerprint: \"\(fingerprint)\""]
        }
        lines += [
            "allowed_addresses: [\(cluster.virtualAddress)/32]",
            "key_file: \(host.directory)/key.pem",
            "state_directory: \(host.directory)/state",
            "control_socket: \(host.directory)/control.sock",
        ]
        File.makeDirectory("\(host.directory)/state")
        return lines.joined(separator: "\n") + "\n"
    }

    private static func director(
        _ cluster: Cluster,
        _ host: Host,
        _ priority: Int,
        _ peer: (host: Host, fingerprint: String),
        _ agents: [String],
        _ service: String,
    ) -> String {
        File.makeDirectory("\(host.directory)/state")
        var lines = [
            "name: \(host.name)",
            "interface: eth0",
            "key_file: \(host.directory)/key.pem",
            "state_directory: \(host.directory)/state",
            "control_socket: \(host.directory)/control.sock",
            // The soak is short: nothing here lives longer than some seconds.
            "connection_sync: {id: 51, soak: 1s}",
            "peer: {name: \(peer.host.name), address: \(peer.host.address), fingerprint: \"\(peer.fingerprint)\"}",
            "virtual_routers:",
            "  - name: main",
            "    vrid: 51",
            "    priority: \(priority)",
            "    addresses: [\(cluster.virtualAddress)/24]",
            "    virtual_mac: \(Host.usesVirtualMAC)",
            "real_servers:",
        ]
        for (node, fingerprint) in zip(cluster.realServers, agents) {
            lines += [
                "  - name: \(node.name)",
                "    address: \(node.address)",
                "    agent: { fingerprint: \"\(fingerprint)\" }",
            ]
        }
        let nodes = cluster.realServers.map(\.name)
        let members: ArraySlice<String> =
            if service.contains("pair") { nodes.dropLast() } else if service.contains("others") {
                nodes.dropFirst()
            } else if service.contains("spares") || service.contains("first") { nodes.prefix(1) } else { nodes[...] }
        let scheduler = service.contains("scheduler") ? "wlc" : service.contains("ramp") ? "wrr" : "rr"
        let http = "type: http, interval: 500ms, fast_interval: 200ms"
        lines += [
            "services:",
            "  - name: web",
            "    address: \(cluster.virtualAddress)",
            "    port: \(cluster.port)",
            "    scheduler: \(scheduler)",
            "    check: { \(service.contains("http") ? http : "type: tcp") }",
            "    real_servers: [\(members.joined(separator: ", "))]",
        ]
        for (word, line) in [
            ("persistence", "persistence: 60s"),
            ("spares", "backup_servers: [\(nodes[1])]"), ("spares", "sorry_servers: [\(nodes[2])]"),
            ("ramp", "slow_start: {duration: 2s}"),
            ("hold", "hold_down: {free: 1, first: 1s, maximum: 4s, forget: 60s}"),
            ("open", "fail_open: {below: 50, until: 60}"),
        ] where service.contains(word) {
            lines.append("    \(line)")
        }
        if service.contains("datagrams") {
            lines += [
                "  - name: names",
                "    address: \(cluster.virtualAddress)",
                "    port: 5300",
                "    protocol: udp",
                "    drain_deadline: 1s",
                "    check: {type: udp, interval: 200ms, timeout: 200ms, exchange: {send: \"who\", expect: \"web\"}}",
                "    real_servers: [\(nodes.joined(separator: ", "))]",
            ]
        }
        return lines.joined(separator: "\n") + "\n"
    }
}
