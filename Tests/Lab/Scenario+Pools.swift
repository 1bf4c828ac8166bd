import Glibc
import Primitives

extension Scenario {
    /// What a service makes of its real servers together.
    static let pools: [Scenario] = [sorryAndBackup, slowStart, flapping, failOpen, datagrams]

    /// The one real server of a service dies, then its backup; they come back in the reverse order.
    static let sorryAndBackup = Scenario(
        name: "sorry-and-backup",
        summary: "web1 serves alone with web2 as its backup and web3 as sorry server: web1 and web2 die and come back",
    ) { cluster, outcome in
        let nodes = cluster.realServers
        try cluster.reload("spares")
        guard cluster.awaitServing([nodes[0]], since: now(), limit: .seconds(10)) != nil else {
            throw LabError("\(nodes[0].name) does not serve alone")
        }
        try serves(nodes[0], cluster, &outcome, "before")
        var returning = now()
        let load = try cluster.underLoad {
            for (number, what) in [(0, "backup in use after the kill"), (1, "sorry server in use after the kill")] {
                let began = try cluster.killWebServer(nodes[number])
                let seen = cluster.awaitServing([nodes[number + 1]], since: began, limit: .seconds(10))
                outcome.time(what, seen.map { $0 - began }, .eachAtMost(1_000))
                try serves(nodes[number + 1], cluster, &outcome, what)
            }
            returning = now()
            for number in [1, 0] {
                try cluster.startWebServer(nodes[number])
                try cluster.awaitWebServers([nodes[number]])
                let began = now()
                let seen = cluster.awaitServing([nodes[number]], since: began, limit: .seconds(10))
                outcome.time("\(nodes[number].name) alone in use again", seen.map { $0 - began })
                try serves(nodes[number], cluster, &outcome, "after its return")
            }
        }
        outcome.load(load)
        outcome.count(
            "requests lost while servers come back",
            load.lost.count { $0.startedAt >= returning },
            .eachAtMost(0)
        )
        try cluster.reload("")
    }

    /// A web server that was dead gets its share in steps.
    static let slowStart = Scenario(
        name: "slow-start",
        summary: "web2 dies and comes back, and its weight rises in steps over two seconds",
    ) { cluster, outcome in
        let node = cluster.realServers[1]
        try cluster.reload("ramp")
        let full = wait(.seconds(5)) { () -> Int? in
            let weights = Set(
                cluster.tables.map { $0.current.weight(of: node.address, in: cluster.virtualAddress, 80) }
            )
            return weights.count == 1 ? weights.first.flatMap(\.self).flatMap { $0 > 1 ? $0 : nil } : nil
        }
        guard let full else { throw LabError("the weights are not finer with a slow start") }
        var back = now()
        let load = try cluster.underLoad {
            let killed = try cluster.killWebServer(node)
            guard cluster.bothShow(weight: 0, of: node, since: killed, limit: .seconds(10)) != nil else {
                throw LabError("\(node.name) is not taken out")
            }
            back = try cluster.start(node)
            let whole = cluster.bothShow(weight: full, of: node, since: back, limit: .seconds(20))
            outcome.time("full weight after the return", whole.map { $0 - back })
        }
        for (director, table) in zip(cluster.directors, cluster.tables) {
            let weights = table.weights(of: node, since: back, in: cluster)
            let name = director.name
            outcome.check("\(name): the weight rises in at least eight steps", weights.count >= 8, "\(weights)")
            outcome.check("\(name): it never falls", weights == weights.sorted(), "\(weights)")
            outcome.check(
                "\(name): it begins low",
                weights.first { $0 > 0 }.map { $0 * 4 <= full } == true,
                "\(weights)"
            )
        }
        outcome.load(load)
        outcome.count("requests lost after the return", load.lost.count { $0.startedAt >= back }, .eachAtMost(0))
        try cluster.reload("")
    }

    /// A web server that goes up and down is kept out for longer each time.
    static let flapping = Scenario(
        name: "flapping",
        summary: "web2 answers with status 500 three times, and is held back for longer each time",
    ) { cluster, outcome in
        let node = cluster.realServers[1]
        try cluster.reload("http hold")
        var times: [Interval] = []
        let load = try cluster.underLoad {
            for _ in 0..<3 {
                let sick = now()
                try File.write(cluster.sickness(of: node), "")
                guard cluster.bothShow(weight: 0, of: node, since: sick, limit: .seconds(10)) != nil else {
                    throw LabError("\(node.name) is not taken out")
                }
                let well = now()
                unlink(cluster.sickness(of: node))
                guard let back = cluster.bothShow(weight: 1, of: node, since: well, limit: .seconds(20)) else {
                    throw LabError("\(node.name) does not come back")
                }
                times.append(back - well)
            }
        }
        for (number, time) in times.enumerated() { outcome.time("back after failure \(number + 1)", time) }
        outcome.check("the first failure costs nothing", times[0] < .milliseconds(1_500), "\(times)")
        outcome.check("the second one costs a second", times[1] >= .seconds(1), "\(times)")
        outcome.check("the third one costs two", times[2] >= .seconds(2), "\(times)")
        outcome.load(load)
        try cluster.reload("")
    }

    /// Most web servers fail their checks: then the checks are believed less, save where a node cannot serve at all.
    static let failOpen = Scenario(
        name: "fail-open",
        summary:
            "web1 and web2 answer checks with status 500: the service fails open, but not to a node without a listener",
    ) { cluster, outcome in
        let nodes = cluster.realServers
        try cluster.reload("http open")
        let first = now()
        try File.write(cluster.sickness(of: nodes[0]), "")
        let one = cluster.awaitServing([nodes[1], nodes[2]], since: first, limit: .seconds(10))
        outcome.time("one of three out", one.map { $0 - first })
        let second = now()
        try File.write(cluster.sickness(of: nodes[1]), "")
        let open = cluster.awaitServing(nodes, since: second, limit: .seconds(10))
        outcome.time("failing open", open.map { $0 - second })
        let director = cluster.directors[0]
        let status = try cluster.directorCommand(
            director,
            "status",
            "--json",
            "--config",
            "\(director.directory)/director.yaml"
        )
        outcome.check("the status says so", status.text.contains("failing-open"), status.text)
        let killed = try cluster.killWebServer(nodes[1])
        let shut = cluster.awaitServing([nodes[0], nodes[2]], since: killed, limit: .seconds(10))
        outcome.time("without the node that has no listener", shut.map { $0 - killed }, .eachAtMost(1_000))
        unlink(cluster.sickness(of: nodes[0]))
        let back = try cluster.start(nodes[1])
        let whole = cluster.awaitServing(nodes, since: back, limit: .seconds(20))
        outcome.time("all of them in use again", whole.map { $0 - back })
        try cluster.reload("")
    }

    // A few requests, all of which one node has to answer.
    private static func serves(_ node: Host, _ cluster: Cluster, _ outcome: inout Outcome, _ when: String) throws {
        let answers = try (0..<6).map { _ in try cluster.probe() }
        outcome.check(
            "\(node.name) alone answers (\(when))",
            answers.allSatisfy { $0.server == node.name },
            "\(answers.map { $0.server ?? $0.cause ?? "" })"
        )
    }
}
