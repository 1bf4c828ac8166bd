import Glibc
import Primitives

// FRR wants a macvlan with the virtual MAC, made by somebody else, that bears the virtual addresses at all times; as
// Backup it sets that to protodown (FRR's documentation, "System Configuration").
extension Implementation {
    private func link(_ setup: RouterSetup) -> String { setup.family == .ipv4 ? "vrrp4" : "vrrp6" }

    // FRR's daemons give up root, and want their own user in the group that Debian compiled in.
    private func directory(_ router: Router) -> String { "\(router.host.directory)/frr" }

    func writeFRR(_ router: Router) throws {
        let setup = router.setup
        let directory = directory(router)
        try Command.run("install", "-d", "-o", "frr", "-g", "frr", directory)
        let word = setup.family == .ipv4 ? "ip" : "ipv6"
        let identifier = RouterSetup.identifier
        var lines = [
            "log file \(directory)/vrrpd.log", "debug vrrp protocol", "debug vrrp packets",
            "interface eth0",
            " vrrp \(identifier) version \(setup.version)",
            " vrrp \(identifier) priority \(router.priority)",
            " vrrp \(identifier) advertisement-interval \(setup.interval.milliseconds)",
        ]
        if setup.checksumsMessageOnly { lines.append(" no vrrp \(identifier) checksum-with-ipv4-pseudoheader") }
        for prefix in setup.prefixes {
            let address = prefix.split(separator: "/").first.map { String($0) } ?? prefix
            lines.append(" vrrp \(identifier) \(word) \(address)")
        }
        try File.write("\(directory)/vrrpd.conf", lines.joined(separator: "\n") + "\n")
        try File.write("\(directory)/zebra.conf", "log file \(directory)/zebra.log\n")
    }

    func startFRR(_ router: Router) throws -> [ChildProcess] {
        let host = router.host
        let setup = router.setup
        let name = link(setup)
        // As at boot: a macvlan of its own for each start.
        if try host.namespace.perform({ File.read("/proc/sys/net/ipv4/conf/\(name)/forwarding") }) != nil {
            try host.run("ip", "link", "delete", name)
        }
        let octet = String(RouterSetup.identifier, radix: 16)
        let mac = setup.family == .ipv4 ? "00:00:5e:00:01:\(octet)" : "00:00:5e:00:02:\(octet)"
        try host.run("ip", "link", "add", name, "link", "eth0", "type", "macvlan", "mode", "bridge")
        try host.run("ip", "link", "set", "dev", name, "addrgenmode", "random")
        try host.run("ip", "link", "set", "dev", name, "address", mac)
        for prefix in setup.prefixes { try host.run("ip", "address", "add", prefix, "dev", name) }
        try host.run("ip", "link", "set", "dev", name, "up")
        // Else the kernel answers for what the macvlan bears at any interface, and as Backup too.
        if setup.usesVirtualMAC { try host.setSysctl("net/ipv4/conf/all/arp_ignore", "1") }
        let directory = directory(router)
        let socket = "\(directory)/zserv.api"
        unlink(socket)
        func arguments(_ daemon: String) -> [String] {
            [
                "/usr/lib/frr/\(daemon)", "-z", socket, "--vty_socket", directory,
                "-i", "\(directory)/\(daemon).pid", "-f", "\(directory)/\(daemon).conf",
            ]
        }
        let zebra = try host.start("zebra", arguments("zebra"))
        guard wait(.seconds(10), until: { access(socket, F_OK) == 0 }) else {
            throw LabError("zebra does not listen: \(zebra.lastLines())")
        }
        return [zebra, try host.start("vrrpd", arguments("vrrpd"))]
    }
}
