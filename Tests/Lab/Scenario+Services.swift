import Glibc
import Primitives

extension Scenario {
    // Drift is repaired at most 5 s after it happened.
    private static let drift = Bound.eachAtMost(5_000)

    /// `ipvsadm -C` on the active director.
    static let servicesCleared = Scenario(
        name: "services-cleared",
        summary: "somebody runs ipvsadm -C on lb1",
    ) { cluster, outcome in
        try repair(cluster, &outcome) { try cluster.directors[0].run("ipvsadm", "-C") }
    }

    /// A destination is deleted behind the director's back.
    static let destinationDeleted = Scenario(
        name: "destination-deleted",
        summary: "somebody deletes a destination on lb1",
    ) { cluster, outcome in
        try repair(cluster, &outcome) {
            let end = cluster.virtualEndpoint
            try cluster.directors[0].run(
                "ipvsadm",
                "-d",
                "-t",
                end,
                "-r",
                "\(cluster.realServers[1].address):80"
            )
        }
    }

    /// A weight is changed behind the director's back.
    static let weightChanged = Scenario(
        name: "weight-changed",
        summary: "somebody changes a weight on lb1",
    ) { cluster, outcome in
        try repair(cluster, &outcome) {
            let node = "\(cluster.realServers[1].address):80"
            try cluster.directors[0].run(
                "ipvsadm",
                "-e",
                "-t",
                cluster.virtualEndpoint,
                "-r",
                node,
                "-g",
                "-w",
                "7"
            )
        }
    }

    /// A service of somebody else stands beside ours and is left alone.
    static let foreignService = Scenario(
        name: "foreign-service",
        summary: "a foreign service stands beside ours while ours is repaired",
    ) { cluster, outcome in
        let director = cluster.directors[0]
        let address = IPv4Address(192, 168, 10, 200)
        try director.run("ipvsadm", "-A", "-t", "\(address):8080", "-s", "wlc")
        try director.run(
            "ipvsadm",
            "-a",
            "-t",
            "\(address):8080",
            "-r",
            "192.168.10.33:8080",
            "-g",
            "-w",
            "5"
        )
        let began = now()
        let isForeign: (ServiceTable) -> Bool = { table in
            let service = table.service(address, 8080)
            return service?.scheduler == "wlc" && service?.destinations.map(\.weight) == [5]
        }
        guard
            wait(.seconds(2), until: { cluster.tables[0].first(since: began, where: isForeign) != nil })
        else {
            throw LabError("the witness does not see the foreign service")
        }
        let seen = now()
        try repair(cluster, &outcome) {
            let end = cluster.virtualEndpoint
            try director.run("ipvsadm", "-d", "-t", end, "-r", "\(cluster.realServers[0].address):80")
        }
        // Two looks of the director, a second apart, beyond the repair.
        nap(.milliseconds(2_200))
        outcome.check(
            "the foreign service is untouched",
            cluster.tables[0].always(since: seen, where: isForeign)
        )
        try director.run("ipvsadm", "-D", "-t", "\(address):8080")
    }

    private static func repair(
        _ cluster: Cluster,
        _ outcome: inout Outcome,
        _ damage: () throws -> Void,
    ) throws {
        let isWhole: (ServiceTable) -> Bool = { table in
            let service = table.service(cluster.virtualAddress, cluster.port)
            return service?.destinations.map(\.address) == cluster.realServers.map(\.address)
                && service?.destinations.allSatisfy { $0.weight == 1 && $0.method == "Route" } == true
        }
        var damaged: MonotonicInstant?
        var repaired: MonotonicInstant?
        let load = try cluster.underLoad {
            let began = now()
            try damage()
            let table = cluster.tables[0]
            damaged = wait(.seconds(2)) { table.first(since: began) { !isWhole($0) } }
            guard let damaged else { return }
            repaired = wait(.seconds(10)) {
                table.first(since: damaged + .nanoseconds(1), where: isWhole)
            }
        }
        outcome.check("the damage is seen by the witness", damaged != nil)
        outcome.time("repaired", repaired.flatMap { end in damaged.map { end - $0 } }, drift)
        outcome.load(load)
    }

    /// `connections` says what `ipvsadm -Lnc` says.
    static let connections = Scenario(
        name: "connections",
        summary: "the connections command equals ipvsadm -Lnc",
    ) { cluster, outcome in
        let director = cluster.directors[0]
        for _ in 0..<6 { _ = try cluster.probe() }
        func rows(_ text: String) -> Set<String> {
            var result: Set<String> = []
            for line in text.split(separator: "\n") {
                // Protocol, remaining time, state, source, virtual, destination.
                let words = line.split(separator: " ")
                guard words.count >= 6, words[0] == "TCP" else { continue }
                result.insert("\(words[2]) \(words[3]) \(words[4]) \(words[5])")
            }
            return result
        }
        var theirs: Set<String> = []
        var ours: Set<String> = []
        // Connections change state and end between two looks: what the command shows before and after has to be there,
        // and nothing that it shows neither before nor after.
        let equal = try wait(.seconds(10), every: .milliseconds(200)) {
            let before = rows(try cluster.directorCommand(director, "connections").text)
            theirs = rows(try director.run("ipvsadm", "-Lnc"))
            let after = rows(try cluster.directorCommand(director, "connections").text)
            ours = before.intersection(after).union(before.union(after).intersection(theirs))
            return !theirs.isEmpty && ours == theirs
        }
        let difference =
            "ours \(ours.subtracting(theirs).sorted()), theirs \(theirs.subtracting(ours).sorted())"
        outcome.check("the same connections", equal, difference)
        outcome.count("connections compared", theirs.count)
        let json = try cluster.directorCommand(director, "connections", "--json")
        outcome.check(
            "--json succeeds",
            json.status == 0 && json.text.contains("\(cluster.virtualAddress)"),
            "status \(json.status): \(json.text.prefix(300))"
        )
    }

    /// `plan` prints what `run` would change: nothing when converged.
    static let plan = Scenario(
        name: "plan",
        summary: "plan prints nothing when converged, and the repair of a changed weight",
    ) { cluster, outcome in
        let director = cluster.directors[1]
        let file = "\(director.directory)/director.yaml"
        let quiet = try cluster.directorCommand(director, "plan", "--config", file)
        outcome.check("nothing to do", quiet.status == 0 && !quiet.text.contains("192."), quiet.text)
        try cluster.stopDirector(director)
        let end = "\(cluster.realServers[1].address):80"
        try director.run("ipvsadm", "-e", "-t", cluster.virtualEndpoint, "-r", end, "-g", "-w", "9")
        try director.run(
            "ipvsadm",
            "-a",
            "-t",
            cluster.virtualEndpoint,
            "-r",
            "192.168.10.99:80",
            "-g",
            "-w",
            "9"
        )
        let loud = try cluster.directorCommand(director, "plan", "--config", file)
        outcome.check("the stranger is in the plan", loud.text.contains("192.168.10.99"), loud.text)
        try cluster.startDirector(director)
        try cluster.settle(.seconds(20))
    }

    /// A reload gives the service a persistence timeout.
    static let persistence = Scenario(
        name: "persistence",
        summary: "a reload gives the service a persistence timeout: a client stays with its web node",
    ) { cluster, outcome in
        try reload(cluster, "persistence", &outcome) { $0.isPersistent }
        let listing = try cluster.directors[0].run("ipvsadm", "-Ln")
        outcome.check("60 seconds", listing.contains("persistent 60"), listing)
        let began = now()
        var seen: [Set<String>] = []
        let stays = try wait(.seconds(10), every: .milliseconds(100)) {
            seen.append(try Set((0..<9).map { _ in try cluster.probe().server ?? "nobody" }))
            return seen.last?.count == 1 && seen.last != ["nobody"]
        }
        outcome.check("one web node answers nine times in a row", stays, "\(seen)")
        outcome.time("persistence in the kernel to nine answers of one web node", stays ? now() - began : nil)
        if let name = seen.last?.first { try moves(away: name, cluster, &outcome) }
        try reload(cluster, "", &outcome) { !$0.isPersistent }
    }

    // The kernel's template of a client that stays must not lead it to a node that is drained: expire_quiescent_template.
    private static func moves(away name: String, _ cluster: Cluster, _ outcome: inout Outcome) throws {
        try cluster.order(cluster.directors[0], "drain", name)
        let node = try cluster.host(name)
        guard cluster.bothShow(weight: 0, of: node, since: now(), limit: .seconds(10)) != nil else {
            throw LabError("\(name) is not drained")
        }
        let servers = try (0..<4).map { _ in try cluster.probe().server ?? "nobody" }
        let hasMoved = Set(servers).count == 1 && !servers.contains(name) && !servers.contains("nobody")
        outcome.check("a client that stays with a node goes to one other when that is drained", hasMoved, "\(servers)")
        try cluster.order(cluster.directors[0], "undrain", name)
        guard cluster.bothShow(weight: 1, of: node, since: now(), limit: .seconds(10)) != nil else {
            throw LabError("\(name) does not come back")
        }
    }

    /// A reload changes the scheduler to wlc and back.
    static let weightedLeastConnections = Scenario(
        name: "wlc",
        summary: "a reload changes the scheduler to wlc",
    ) { cluster, outcome in
        try reload(cluster, "scheduler", &outcome, changesScheduler: true) { $0.scheduler == "wlc" }
        let servers = try (0..<12).map { _ in try cluster.probe().server ?? "nobody" }
        outcome.check("requests are answered", !servers.contains("nobody"), "\(servers)")
        try reload(cluster, "", &outcome, changesScheduler: true) { $0.scheduler == "rr" }
        let alternating = try (0..<6).map { _ in try cluster.probe().server ?? "nobody" }
        outcome.check("rr alternates over all", Set(alternating).count == 3, "\(alternating)")
    }

    private static func reload(
        _ cluster: Cluster,
        _ service: String,
        _ outcome: inout Outcome,
        changesScheduler: Bool = false,
        _ fits: @escaping (ServiceTable.Service) -> Bool,
    ) throws {
        let load = try cluster.underLoad {
            try Configuration.write(cluster, service: service)
            let began = now()
            for director in cluster.directors { try cluster.director(director).signal(SIGHUP) }
            let changed = wait(.seconds(5)) {
                cluster.tables.allSatisfy {
                    $0.current.service(cluster.virtualAddress, cluster.port).map(fits) ?? false
                }
            }
            outcome.time("reload \(service.isEmpty ? "back" : service)", changed ? now() - began : nil)
        }
        // ip_vs_edit_service (net/netfilter/ipvs/ip_vs_ctl.c) leaves a service without a scheduler for one RCU grace
        // period when it exchanges it: a connection that begins just then is refused, whoever asks for the exchange.
        outcome.load(load, lostAtMost: changesScheduler ? nil : 0)
    }
}
