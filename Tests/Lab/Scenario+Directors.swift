import Glibc
import Primitives

extension Scenario {
    /// The active director is stopped as systemd does it.
    static let directorStop = Scenario(
        name: "director-stop",
        summary: "the active director is stopped with SIGTERM",
        repeats: .all,
    ) { cluster, outcome in
        let active = cluster.directors[0]
        let process = try cluster.director(active)
        let takeover = try Takeover(cluster) {
            let instant = now()
            process.signal(SIGTERM)
            return instant
        }
        let bound = Takeover.skewTime + Takeover.allowance
        outcome.time(
            "last advertisement of the old to first gratuitous ARP of the new",
            takeover.sinceAdvertisement,
            .eachAtMost(bound.inMilliseconds),
        )
        outcome.load(takeover.load)
        let status = process.awaitExit(.seconds(10))
        outcome.check("it exits with 0", status == 0, status.map { "status \($0)" } ?? "hangs: \(process.threads())")
        outcome.check("the VIP is off lb1", try !active.bears(cluster.virtualAddress))
        let kept = cluster.tables[0].current.service(cluster.virtualAddress, cluster.port) != nil
        outcome.check("on_stop: keep leaves the services", kept)
        let goodbye = cluster.frames.last(before: now()) { $0.from == "lb1" && $0.isAdvertisement }
        if let priority = goodbye?.priority {
            outcome.check("it hands over and need not resign", priority != 0, "priority \(priority)")
        }
        try bringBack(cluster, &outcome)
    }

    /// The active director loses power, and comes back.
    static let directorPowerOff = Scenario(
        name: "director-poweroff",
        summary: "the active director is powered off, then comes back",
        repeats: .all,
    ) { cluster, outcome in
        let long = try LongConnections(cluster)
        defer { long.stop() }
        // The kernel tells the standby of a connection after its third packet, within two seconds.
        nap(.seconds(3))
        let takeover = try Takeover(cluster) { try cluster.powerOff(cluster.directors[0]) }
        long.check(&outcome, after: "the power cut", at: now())
        long.end(&outcome)
        let bound = Takeover.activeDownInterval + Takeover.allowance
        outcome.time(
            "last advertisement of the old to first gratuitous ARP of the new",
            takeover.sinceAdvertisement,
            .nineOfTenAtMost(bound.inMilliseconds),
        )
        cluster.takeovers[.tandem, default: []].append(takeover.sinceAdvertisement?.inMilliseconds ?? .infinity)
        outcome.time("power cut to first gratuitous ARP of the new", takeover.sinceIncident)
        outcome.load(takeover.load)
        try cluster.powerOn(cluster.directors[0])
        try bringBack(cluster, &outcome)
    }

    private static func bringBack(_ cluster: Cluster, _ outcome: inout Outcome) throws {
        var back: Interval?
        let load = try cluster.underLoad {
            let started = now()
            try cluster.startDirector(cluster.directors[0])
            let announcement = cluster.announcement(
                by: cluster.directors[0],
                since: started,
                limit: .seconds(20)
            )
            back = announcement.map { $0.at - started }
        }
        outcome.time("started again to holding the VIP", back)
        outcome.count("requests lost when it came back", load.lost.count)
        outcome.lost += load.lost
        try cluster.settle(.seconds(20))
    }

    /// The active director crashes and its unit restarts it at once.
    static let directorKillRestart = Scenario(
        name: "director-kill-restart",
        summary: "the active director is killed with -9 and restarted by its unit",
    ) { cluster, outcome in
        let active = cluster.directors[0]
        let began = now()
        var keptAddress = false
        let load = try cluster.underLoad {
            let process = try cluster.director(active)
            process.killGroup()
            process.awaitExit(.seconds(5))
            keptAddress = try active.bears(cluster.virtualAddress)
            try cluster.startDirector(active)
        }
        outcome.check("the crash leaves the VIP", keptAddress)
        outcome.load(load)
        try cluster.settle(.seconds(20))
        for (director, table) in zip(cluster.directors, cluster.tables) {
            let kept = table.always(since: began) { table in
                let service = table.service(cluster.virtualAddress, cluster.port)
                return service?.destinations.map(\.weight) == [1, 1, 1]
            }
            outcome.check("no weight changes on \(director.name)", kept)
        }
    }

    /// The active director crashes for good; what systemd runs then takes the VIP off.
    static let directorKillNoRestart = Scenario(
        name: "director-kill-norestart",
        summary: "the active director is killed with -9, and so is the one that its unit starts again",
    ) { cluster, outcome in
        let active = cluster.directors[0]
        var keptOnce = false
        let takeover = try Takeover(cluster) {
            let instant = now()
            try cluster.killDirector(active, result: "signal")
            keptOnce = try active.bears(cluster.virtualAddress)
            // The unit's restart dies at once too.
            try cluster.startDirector(active, awaitReady: false)
            try cluster.killDirector(active, result: "signal")
            return instant
        }
        let bound = Takeover.activeDownInterval + Takeover.allowance
        outcome.time(
            "last advertisement of the old to first gratuitous ARP of the new",
            takeover.sinceAdvertisement,
            .eachAtMost(bound.inMilliseconds),
        )
        outcome.load(takeover.load)
        outcome.check("the first crash leaves the VIP to the restart", keptOnce)
        outcome.check("the VIP is off lb1", try !active.bears(cluster.virtualAddress))
        outcome.check("requests are answered", try cluster.probe().server != nil)
        try bringBack(cluster, &outcome)
    }
}
