import Glibc
import Primitives

extension Implementation {
    func writeKeepalived(_ router: Router, _ peer: Host) throws {
        let setup = router.setup
        let seconds =
            setup.interval.milliseconds.isMultiple(of: 1_000)
            ? "\(setup.interval.milliseconds / 1_000)" : rounded3(setup.interval.seconds)
        var lines = [
            "global_defs {", "  vrrp_version \(setup.version)", "  enable_script_security", "  script_user root",
        ]
        if setup.isTuned {
            lines += [
                "  vrrp_higher_prio_send_advert true", "  vrrp_garp_master_delay 1", "  vrrp_garp_master_refresh 60",
            ]
        }
        lines += [
            "}", "vrrp_instance main {",
            "  state BACKUP", "  interface eth0", "  virtual_router_id \(RouterSetup.identifier)",
            "  priority \(router.priority)", "  advert_int \(seconds)",
        ]
        if let password = setup.password {
            lines += ["  authentication {", "    auth_type PASS", "    auth_pass \(password)", "  }"]
        }
        if setup.isUnicast {
            lines += ["  unicast_src_ip \(router.host.address)", "  unicast_peer {", "    \(peer.address)", "  }"]
        }
        // With a MAC of its own it puts the addresses on its own interface.
        if setup.usesVirtualMAC { lines.append("  use_vmac") }
        let device = setup.usesVirtualMAC ? "" : " dev eth0"
        lines += ["  virtual_ipaddress {"] + setup.prefixes.map { "    \($0)\(device)" } + ["  }", "}"]
        try File.write("\(router.host.directory)/keepalived.conf", lines.joined(separator: "\n") + "\n")
    }

    private func rounded3(_ value: Double) -> String {
        let thousandths = Int((value * 1_000).rounded())
        let fraction = String(1_000 + thousandths % 1_000).dropFirst()
        return "\(thousandths / 1_000).\(fraction)"
    }

    func startKeepalived(_ router: Router) throws -> [ChildProcess] {
        let directory = router.host.directory
        let files = ["-p", "\(directory)/pid", "-r", "\(directory)/vrrp.pid"]
        // A power cut leaves them behind, and by now another process may bear the number.
        for file in ["pid", "vrrp.pid"] { unlink("\(directory)/\(file)") }
        let arguments = ["keepalived", "-n", "-l", "-D", "-P", "-f", "\(directory)/keepalived.conf"] + files
        // With a real-time priority of its own (vrrp_rt_priority), 2.2.7 sets its limit of real time to nothing at each
        // reload, and without CAP_SYS_RESOURCE cannot raise it again: the kernel then kills it. Given from outside the
        // priority is the same, and it sets no limit.
        let realTime = router.setup.isTuned ? ["chrt", "--rr", "50"] : []
        return [try router.host.start("keepalived", realTime + arguments)]
    }
}
