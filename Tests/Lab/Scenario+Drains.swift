import Glibc
import Primitives

extension Scenario {
    /// Planned changes of what serves.
    static let drains: [Scenario] = [drain, replacedServers, randomChanges]

    /// Every real server of a live service is exchanged for others, and back.
    static let replacedServers = Scenario(
        name: "replaced-servers",
        summary: "a reload exchanges every real server of a service under load, and another one exchanges them back",
        repeats: .half,
    ) { cluster, outcome in
        let nodes = cluster.realServers
        let (first, others) = ([nodes[0]], Array(nodes.dropFirst()))
        try cluster.reload("first")
        guard cluster.awaitServing(first, since: now(), limit: .seconds(10)) != nil else {
            throw LabError("\(nodes[0].name) does not serve alone")
        }
        let load = try cluster.underLoad {
            for (word, wanted) in [("others", others), ("first", first)] {
                let began = now()
                try cluster.reload(word)
                let seen = cluster.awaitServing(wanted, since: began, limit: .seconds(10))
                outcome.time("served by \(word) alone", seen.map { $0 - began })
                nap(.milliseconds(500))
            }
        }
        outcome.load(load, lostAtMost: 0)
        outcome.check("all of them have answered", Set(load.servers) == Set(nodes.map(\.name)), "\(Set(load.servers))")
        try cluster.reload("")
    }

    /// An operator takes a node out at noon and waits until nobody uses it any more.
    static let drain = Scenario(
        name: "drain",
        summary: "web2 is drained under load with a stream and a download on it, and brought back",
        repeats: .half,
    ) { cluster, outcome in
        let node = cluster.realServers[1]
        let director = cluster.directors[0]
        let file = "\(director.directory)/director.yaml"
        // A connection that the node ends with a reset, which goes past the directors: their tables keep it.
        let reset = try connection(.stream, on: node, cluster)
        let ours = ["src", "\(cluster.virtualAddress)", "sport", "=", ":\(cluster.port)"]
        _ = try node.run(["ss", "-K", "-t", "state", "established"] + ours)
        guard wait(.seconds(5), until: { reset.report.endedAt != nil }) else {
            throw LabError("\(node.name) resets no connection")
        }
        // What a scenario before has cut off from its client, the node goes on opening or closing for up to two minutes,
        // for the web server's patience and the kernel's together. A drain waits for that, too, and rightly.
        let unended = ["ss", "-H", "-n", "-t", "state", "connected", "exclude", "time-wait"] + ours
        guard try wait(.seconds(170), every: .milliseconds(200), until: { try node.run(unended).isEmpty }) else {
            throw LabError("\(node.name) does not end its connections: \(try node.run(unended))")
        }
        let stream = try connection(.stream, on: node, cluster)
        let download = try connection(.file, on: node, cluster)
        defer { for connection in [stream, download] { connection.stop() } }
        var zero: Interval?
        var waited: MonotonicInstant?
        var back: MonotonicInstant?
        let load = try cluster.underLoad {
            let began = now()
            let words = [cluster.programs.director, "drain", node.name, "--wait", "--config", file]
            let command = try director.start("drain", words)
            zero = cluster.bothShow(weight: 0, of: node, since: began, limit: .seconds(10)).map { $0 - began }
            outcome.check("the download is under way when the drain begins", download.report.endedAt == nil)
            // The download comes to its end, then the stream, and only then has the last one ended.
            let limit = now() + .seconds(20)
            while download.report.endedAt == nil, now() < limit { nap(.milliseconds(10)) }
            nap(.seconds(1))
            outcome.check("the command waits for the stream", command.isRunning, command.lastLines())
            stream.stop()
            waited = command.awaitExit(.seconds(15)) == nil ? nil : now()
            let left = try node.run(unended)
            outcome.check("the command succeeds", command.exitStatus == 0, command.lastLines(2) + "; \(left)")
            let ended = now()
            try cluster.order(director, "undrain", node.name)
            back = cluster.bothShow(weight: 1, of: node, since: ended, limit: .seconds(10))
            // Some requests of the node's, to see it serve.
            nap(.milliseconds(500))
            let maintained = try director.start(
                "maintenance",
                [cluster.programs.director, "maintenance", node.name, "--wait", "--config", file]
            )
            let status = maintained.awaitExit(.seconds(30))
            outcome.check("maintenance --wait succeeds", status == 0, maintained.lastLines(2))
            let orders = try director.run([cluster.programs.director, "status", "--config", file])
            outcome.check("the node is in maintenance", orders.contains("maintenance"), orders)
            try cluster.order(director, "undrain", node.name)
            _ = cluster.bothShow(weight: 1, of: node, since: now(), limit: .seconds(10))
        }
        let received = download.report
        outcome.check("the download is whole", received.progress == LongConnection.Kind.file.size, "\(received)")
        outcome.check("the stream went on", stream.report.cause == nil, stream.report.cause ?? "")
        outcome.time("weight 0 on both directors after the order", zero)
        let last = [stream, download].compactMap(\.report.endedAt).max()
        let late = waited.flatMap { waited in last.map { waited - $0 } }
        outcome.check("the command does not return before the last connection's end", (late ?? .zero) >= .zero)
        // The agent counts every 400 ms and tells at once, a director tells the other one with the next heartbeat, 200 ms.
        outcome.time("drain --wait after the last connection's end", late, .eachAtMost(1_500))
        let served = load.requests.contains { request in
            back.map { request.startedAt > $0 } ?? false && request.server == node.name
        }
        outcome.check("it serves again", served)
        outcome.load(load, lostAtMost: 0)
    }

    /// A connection that a certain web node serves.
    private static func connection(_ kind: LongConnection.Kind, on node: Host, _ cluster: Cluster) throws
        -> LongConnection
    {
        for _ in 0..<9 {
            let connection = try LongConnection(
                kind,
                from: cluster.client,
                to: cluster.virtualAddress,
                port: cluster.port
            )
            try connection.awaitBegin(.seconds(10))
            if connection.report.server == node.name { return connection }
            connection.stop()
        }
        throw LabError("no \(kind) came to \(node.name)")
    }

    /// Whatever operators do in a row, on either director.
    static let randomChanges = Scenario(
        name: "random-changes",
        summary: "twenty drains, undrains, weights and reloads in a row, drawn from a seed, under load",
        repeats: .half,
    ) { cluster, outcome in
        var changes = RandomChanges(cluster)
        let load = try cluster.underLoad {
            for _ in 0..<20 {
                try changes.makeOne()
                nap(changes.pause())
            }
        }
        // Named by its seed: TANDEM_LAB_SEED plays it again.
        outcome.check("seed \(changes.seed)", true)
        outcome.load(load, lostAtMost: 0)
        if !load.lost.isEmpty {
            let lost = load.lost.prefix(5).map { request in changes.before(request.startedAt) }
            outcome.check("no change loses a request", false, "seed \(changes.seed): lost after \(lost)")
        }
        try changes.undo()
        try cluster.settle(.seconds(20))
    }
}
