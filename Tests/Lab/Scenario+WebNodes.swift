import CLab
import Glibc
import Primitives

extension Scenario {
    /// The web server's whole process group is killed.
    static let webKill = Incident.kill.scenario(repeats: .all)

    /// The cable of a web node is pulled.
    static let webUnplug = Scenario(
        name: "web-unplug",
        summary: "web3 is unplugged",
        repeats: .all,
    ) { cluster, outcome in
        let node = cluster.realServers[2]
        var zero: Interval?
        var back: Interval?
        let load = try cluster.underLoad {
            let cut = now()
            try cluster.fabric.unplug(node)
            zero = cluster.bothShow(weight: 0, of: node, since: cut, limit: .seconds(10)).map { $0 - cut }
            nap(.milliseconds(300))
            let plugged = now()
            try cluster.fabric.plug(node)
            back = cluster.bothShow(weight: 1, of: node, since: plugged, limit: .seconds(20)).map {
                $0 - plugged
            }
        }
        outcome.time("weight 0 on both directors after the cut", zero, .eachAtMost(1_000))
        outcome.time("weight 1 on both directors after the cable is back", back)
        outcome.load(load)
    }

    /// Somebody deletes the VIP from lo.
    static let vipDeleted = Scenario(
        name: "vip-deleted",
        summary: "somebody deletes the VIP from lo on web1",
        repeats: .half,
    ) { cluster, outcome in
        let node = cluster.realServers[0]
        var repaired: Interval?
        let load = try cluster.underLoad {
            let vip = cluster.virtualAddress
            try node.run("ip", "address", "del", "\(vip)/32", "dev", "lo")
            let deleted = now()
            repaired = try wait(.seconds(5)) {
                try node.has(vip, on: "lo", prefix: 32) ? now() - deleted : nil
            }
        }
        outcome.time("VIP back on lo", repaired, .eachAtMost(200))
        outcome.load(load)
        try cluster.settle(.seconds(10))
    }

    /// Somebody gives the VIP the prefix of the LAN.
    static let vipAs24 = Scenario(
        name: "vip-as-24",
        summary: "somebody re-adds the VIP on web1 as /24",
    ) { cluster, outcome in
        let node = cluster.realServers[0]
        let vip = cluster.virtualAddress
        try node.run("ip", "address", "del", "\(vip)/32", "dev", "lo")
        try node.run("ip", "address", "add", "\(vip)/24", "dev", "lo")
        let changed = now()
        let seen = try wait(.seconds(3)) { () -> String? in
            if try !node.has(vip, on: "lo", prefix: 24), try node.has(vip, on: "lo", prefix: 32) {
                return "repaired"
            }
            let zero = cluster.tables.allSatisfy {
                $0.current.weight(of: node.address, in: vip, cluster.port) == 0
            }
            return zero ? "weight 0" : nil
        }
        outcome.time(
            "the /24 repaired or the node at weight 0",
            seen.map { _ in now() - changed },
            .eachAtMost(1_000)
        )
        _ = try? node.run("ip", "address", "del", "\(vip)/24", "dev", "lo")
        try cluster.settle(.seconds(20))
        outcome.check("the VIP is a /32 again", try node.has(vip, on: "lo", prefix: 32))
        let route = try node.run("ip", "route", "show", "table", "local", "dev", "lo", "\(vip)")
        outcome.check("the local table has the host route", route.contains("local \(vip)"), route)
    }

    /// Somebody resets arp_ignore.
    static let arpIgnoreReset = Scenario(
        name: "arp-ignore-reset",
        summary: "somebody resets arp_ignore on web2",
        repeats: .half,
    ) { cluster, outcome in
        let node = cluster.realServers[1]
        var repaired: Interval?
        let load = try cluster.underLoad {
            let reset = now()
            try node.setSysctl("net/ipv4/conf/all/arp_ignore", "0")
            try node.setSysctl("net/ipv4/conf/eth0/arp_ignore", "0")
            repaired = try wait(.seconds(5)) { () -> Interval? in
                let values = try ["all", "eth0"].map { try node.sysctl("net/ipv4/conf/\($0)/arp_ignore") }
                return values.contains { ["1", "2"].contains($0) } ? now() - reset : nil
            }
            if let repaired, repaired <= .seconds(1) + .milliseconds(100) {
                cluster.exemptions.append((node.name, reset, reset + repaired))
            }
        }
        outcome.time("arp_ignore effective again", repaired, .eachAtMost(1_100))
        outcome.load(load)
        try cluster.settle(.seconds(10))
    }

    /// The agent crashes and its unit restarts it.
    static let agentKillRestart = Scenario(
        name: "agent-kill-restart",
        summary: "the agent of web1 is killed with -9 and restarted by its unit a second later",
        repeats: .half,
    ) { cluster, outcome in
        let node = cluster.realServers[0]
        let vip = cluster.virtualAddress
        let began = now()
        var keptAddress = false
        let load = try cluster.underLoad {
            let agent = try cluster.agent(node)
            agent.killGroup()
            agent.awaitExit(.seconds(5))
            // Longer than the three heartbeats that make it stale.
            nap(.seconds(1))
            keptAddress = try node.has(vip, on: "lo", prefix: 32)
            try cluster.startAgent(node)
        }
        outcome.check("the VIP stays on lo", keptAddress)
        for (director, table) in zip(cluster.directors, cluster.tables) {
            let kept = table.always(since: began) {
                $0.weight(of: node.address, in: vip, cluster.port) == 1
            }
            outcome.check("no weight changes on \(director.name)", kept)
        }
        outcome.count("weight changes", cluster.weightChanges(since: began))
        outcome.load(load, lostAtMost: 0)
        try cluster.settle(.seconds(10))
    }

    /// The control of the capture: a node without the ARP sysctls answers for the VIP, and that is seen.
    static let wrongNodeControl = Scenario(
        name: "wrong-node-control",
        summary:
            "a deliberately wrong node without arp_ignore answers ARP for the VIP, and the capture shows it",
    ) { cluster, outcome in
        let vip = cluster.virtualAddress
        let began = now()
        try cluster.rogue.run("ip", "address", "add", "\(vip)/32", "dev", "lo", "scope", "host")
        let seen = try wait(.seconds(5)) { () -> CapturedFrame? in
            try cluster.client.run("ip", "neighbour", "flush", "dev", "eth0")
            _ = try cluster.client.namespace.perform {
                LoadClient.single(vip, timeout: .milliseconds(100))
            }
            return cluster.frames.first(since: began) { $0.from == "rogue" && $0.claims(vip) }
        }
        outcome.check("the wrong node's answer is captured", seen != nil)
        let stranger = Fabric.mac(cluster.rogue.address)
        for (director, other) in zip(cluster.directors, cluster.directors.reversed()) {
            let claim = "! \(other.name) hears address-claimed-by-stranger"
            let isTold = try wait(.seconds(10), every: .milliseconds(200)) {
                try cluster.directorCommand(director, "status", "--config", "\(director.directory)/director.yaml").text
                    .split(separator: "\n").contains { $0.contains(claim) && $0.contains(stranger) }
            }
            outcome.check("\(director.name) tells what \(other.name) hears of it", isTold)
        }
        try cluster.rogue.run("ip", "address", "flush", "dev", "lo", "to", "\(vip)/32")
        try cluster.client.run("ip", "neighbour", "flush", "dev", "eth0")
        try cluster.settle(.seconds(10))
    }

    /// No web node ever answered or announced ARP for the VIP, by both captures from before the start.
    static let webNodesSilent = Scenario(
        name: "web-nodes-silent",
        summary: "in the captures of the whole run no web node answers or announces ARP for the VIP",
    ) { cluster, outcome in
        let vip = cluster.virtualAddress
        let nodes = Set(cluster.realServers.map(\.name))
        let claims = cluster.frames.all { $0.claims(vip) }
        let wrong = claims.filter { frame in
            nodes.contains(frame.from)
                && !cluster.exemptions.contains {
                    $0.host == frame.from && $0.from <= frame.at && frame.at <= $0.to
                }
        }
        outcome.check(
            "no frame from a web node",
            wrong.isEmpty,
            "\(wrong.count) frames, the first from \(wrong[0].from)"
        )
        outcome.check("the directors' own frames are there", claims.contains { $0.from == "lb1" })
        // tshark reads the same wire from another socket; the exempted frames, if any, are the only difference.
        let exempted = claims.count { nodes.contains($0.from) } - wrong.count
        let macs = cluster.realServers.map { Fabric.mac($0.address) }
        let lines = try cluster.capturedClaims()
        let offending = lines.filter { line in macs.contains { line.contains($0) } }
        outcome.check(
            "tshark agrees",
            offending.count <= exempted,
            "\(offending.count) frames: \(offending.prefix(3))"
        )
        let rogue = Fabric.mac(cluster.rogue.address)
        outcome.check(
            "tshark sees the wrong node",
            lines.contains { $0.contains(rogue) },
            "\(lines.count) claims"
        )
    }
}
