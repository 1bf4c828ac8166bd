import Glibc
import Primitives

extension Incident {
    /// The web server is told to finish what it has begun, with the agent asked for a drain before.
    static let announcedStop = Incident(
        name: "web-stop-announced",
        summary: "web2 is drained by its agent's command, then its web server is stopped",
        expectation: .out(.eachAtMost(1_000)),
        lostAtMost: 0,
        happen: { cluster, node in
            let began = now()
            try cluster.tellAgent(node, "drain")
            // As in an administrator's script, tandem-agent drain && nginx -s quit: the command has waited for the directors.
            _ = try cluster.quitWebServer(node)
            return began
        },
        end: { cluster, node in
            try cluster.startWebServer(node)
            try cluster.awaitWebServers([node])
            let instant = now()
            try cluster.tellAgent(node, "resume")
            return instant
        },
    )

    /// The web server is told to finish what it has begun, and nobody else is told anything.
    static let stop = Incident(
        name: "web-stop",
        summary: "the web server of web2 is stopped, and nobody is told before",
        expectation: .out(.eachAtMost(1_000)),
        happen: { try $0.quitWebServer($1) },
        end: { try $0.start($1) },
    )

    /// The web server's whole process group is killed.
    static let kill = Incident(
        name: "web-kill",
        summary: "the web server of web2 is killed with -9, all its processes",
        expectation: .out(.medianAtMost(50)),
        happen: { try $0.killWebServer($1) },
        end: { try $0.start($1) },
    )

    /// The web server's whole process group is stopped: the kernel goes on accepting its connections.
    static let hang = Incident(
        name: "web-hang",
        summary: "the web server of web2 hangs: all its processes are stopped with SIGSTOP",
        expectation: .out(.eachAtMost(1_000)),
        happen: { cluster, node in
            let process = try cluster.webServer(node)
            let instant = now()
            process.signalGroup(SIGSTOP)
            return instant
        },
        end: { cluster, node in
            let process = try cluster.webServer(node)
            let instant = now()
            process.signalGroup(SIGCONT)
            return instant
        },
    )

    /// The web server listens at the real address and no more at the virtual one.
    static let wrongAddress = Incident(
        name: "web-wrong-address",
        summary: "the web server of web2 is restarted and listens at the node's own address alone",
        expectation: .out(.eachAtMost(1_000)),
        happen: { cluster, node in
            let instant = try cluster.killWebServer(node)
            try cluster.startWebServer(node, onlyAt: node.address)
            try cluster.awaitWebServers([node])
            return instant
        },
        end: { cluster, node in
            _ = try cluster.killWebServer(node)
            return try cluster.start(node)
        },
    )

    /// The web server answers everything with status 500; the service has an HTTP check.
    static let status500 = Incident(
        name: "http-500",
        summary: "the web server of web2 answers everything with status 500, and the service has an HTTP check",
        service: "http",
        expectation: .out(.eachAtMost(1_500)),
        happen: { cluster, node in
            let instant = now()
            try File.write(cluster.sickness(of: node), "")
            return instant
        },
        end: { cluster, node in
            let instant = now()
            unlink(cluster.sickness(of: node))
            return instant
        },
    )

    /// The power of a web node is cut; it boots again, and its web server is there a second after the rest of it.
    static let powerOff = Incident(
        name: "node-poweroff",
        summary: "web3 is powered off, and boots; a second after the rest of it its web server is there",
        node: 2,
        expectation: .out(.eachAtMost(1_000)),
        happen: { try $0.powerOff($1) },
        boot: { try $0.bootRealServer($1) },
        end: { try $0.start($1) },
    )

    /// Somebody deletes the VIP from lo where nobody repairs it.
    static let vipMissing = Incident(
        name: "vip-deleted",
        summary: "somebody deletes the VIP from lo on web1",
        node: 0,
        expectation: .out(.none),
        happen: { cluster, node in
            let instant = now()
            try node.run("ip", "address", "del", "\(cluster.virtualAddress)/32", "dev", "lo")
            return instant
        },
        end: { cluster, node in
            let instant = now()
            try cluster.prepareByHand(node)
            return instant
        },
    )

    /// Somebody resets arp_ignore where nobody repairs it.
    static let arpIgnore = Incident(
        name: "arp-ignore-reset",
        summary: "somebody resets arp_ignore on web2",
        expectation: .out(.none),
        happen: { cluster, node in
            let instant = now()
            try node.setSysctl("net/ipv4/conf/all/arp_ignore", "0")
            // Its neighbours ask again.
            try cluster.client.run("ip", "neighbour", "flush", "dev", "eth0")
            cluster.exemptions.append((node.name, instant, instant + .seconds(10)))
            return instant
        },
        end: { cluster, node in
            try cluster.prepareByHand(node)
            try cluster.client.run("ip", "neighbour", "flush", "dev", "eth0")
            return now()
        },
    )

    /// No director hears a node's agent, and everything else is well.
    static let agentLinkCut = Incident(
        name: "agent-link-cut",
        summary: "nothing passes between the directors and the agent of web2, and everything else does",
        expectation: .unchanged(directors: [0, 1]),
        lostAtMost: 0,
        lasts: .seconds(2),
        happen: { cluster, node in
            try cluster.fabric.drop(cluster.directors.flatMap { Loss.stream($0, node, port: 9407) })
        },
        end: { cluster, node in
            let instant = now()
            try cluster.fabric.heal()
            try cluster.awaitLinks(node)
            return instant
        },
    )

    /// The director that waits has no network to a node.
    static let standbyCut = Incident(
        name: "standby-cut",
        summary: "nothing passes between the director that waits and web3",
        node: 2,
        expectation: .unchanged(directors: [0]),
        lostAtMost: 0,
        lasts: .seconds(2),
        happen: { try $0.cut($0.directors[1], $1) },
        end: { try $0.healNode($1) },
    )

    /// The director that forwards has no network to a node.
    static let activeCut = Incident(
        name: "active-cut",
        summary: "nothing passes between the director that forwards and web3",
        node: 2,
        expectation: .outOnly(director: 0, .nineOfTenAtMost(1_000)),
        lasts: .seconds(1),
        happen: { try $0.cut($0.directors[0], $1) },
        end: { try $0.healNode($1) },
    )

    /// Three of ten probes of either director's are lost on their way.
    static let probeLoss = Incident(
        name: "probe-loss",
        summary: "three of ten probes are lost, and nothing of the clients'",
        expectation: .counted,
        lasts: ProbeLoss.duration,
        happen: { cluster, _ in
            let pairs = cluster.directors.flatMap { director in cluster.realServers.map { (director, $0) } }
            return try cluster.fabric.drop(pairs.map { Loss.probes($0, $1, port: cluster.port) })
        },
        end: { cluster, _ in
            let instant = now()
            try cluster.fabric.heal()
            return instant
        },
    )
}

extension Cluster {
    /// Lets nothing pass between two hosts, and gives the instant.
    fileprivate func cut(_ one: Host, _ other: Host) throws -> MonotonicInstant {
        try fabric.partition(one, other)
    }

    /// Lets everything pass again, and waits for the links to a node's agent; gives the instant before that.
    fileprivate func healNode(_ node: Host) throws -> MonotonicInstant {
        let instant = now()
        try fabric.heal()
        if kind == .tandem { try awaitLinks(node) }
        return instant
    }

    /// Starts a web server, and gives the instant before.
    func start(_ node: Host) throws -> MonotonicInstant {
        let instant = now()
        try startWebServer(node)
        return instant
    }
}
