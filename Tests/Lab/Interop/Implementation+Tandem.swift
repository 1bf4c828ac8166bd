import Primitives

extension Implementation {
    func writeTandem(_ router: Router, _ peer: Host, _ programs: Programs) throws {
        let directory = router.host.directory
        File.makeDirectory("\(directory)/state")
        _ = try Configuration.key(programs.director, router.host)
        let setup = router.setup
        var lines = [
            "name: \(router.host.name)",
            "interface: eth0",
            "key_file: \(directory)/key.pem",
            "state_directory: \(directory)/state",
            "control_socket: \(directory)/control.sock",
        ]
        lines += router.general
        lines += [
            "virtual_routers:",
            "  - name: main",
            "    vrid: \(RouterSetup.identifier)",
            "    priority: \(router.priority)",
            "    advertisement_interval: \(setup.interval.milliseconds)ms",
            "    addresses: [\(setup.prefixes.map { "\"\($0)\"" }.joined(separator: ", "))]",
        ]
        lines += router.extra
        if setup.version != 3 { lines.append("    version: \(setup.version)") }
        if let password = setup.password {
            lines.append("    authentication: {type: password, password: \(password)}")
        }
        if setup.isUnicast { lines.append("    unicast_peers: [\(peer.address)]") }
        if setup.usesVirtualMAC { lines.append("    virtual_mac: true") }
        if setup.checksumsMessageOnly { lines.append("    checksum: message_only") }
        try File.write("\(directory)/director.yaml", lines.joined(separator: "\n") + "\n")
    }

    // READY=1 also means that the kernel's services are right, which the segment does not need.
    func startTandem(_ router: Router, _ programs: Programs) throws -> [ChildProcess] {
        let configuration = "\(router.host.directory)/director.yaml"
        return [try router.host.start("director", [programs.director, "run", "--config", configuration])]
    }
}
