import Primitives

extension Scenario {
    /// A client of UDP keeps its port, so that its datagrams go where they went before, until that server is gone.
    static let datagrams = Scenario(
        name: "datagrams",
        summary: "a UDP service: the server of a client that keeps its port dies, and another one answers the client",
    ) { cluster, outcome in
        let port: UInt16 = 5_300
        let servers = try cluster.realServers.map { try DatagramServer($0, cluster.virtualAddress, port) }
        defer { for server in servers { server.close() } }
        try cluster.reload("datagrams")
        func serving(_ nodes: [Host]) -> Bool {
            cluster.tables.allSatisfy { table in
                let found = table.current.service(cluster.virtualAddress, port)?.destinations ?? []
                return found.filter { $0.weight > 0 }.map(\.address) == nodes.map(\.address)
            }
        }
        guard wait(.seconds(10), until: { serving(cluster.realServers) }) else {
            throw LabError("the UDP service does not serve")
        }
        let client = try DatagramClient(from: cluster.client, to: cluster.virtualAddress, port)
        defer { client.stop() }
        guard let first = wait(.seconds(10), until: { client.answers(since: MonotonicInstant(nanoseconds: 0)).last }),
            let number = cluster.realServers.firstIndex(where: { $0.name == first.server })
        else {
            throw LabError("nobody answers the client")
        }
        let others = cluster.realServers.filter { $0.name != first.server }
        nap(.milliseconds(500))
        let before = client.answers(since: first.at)
        outcome.check(
            "one server answers a client",
            Set(before.map(\.server)) == [first.server],
            "\(before.map(\.server))"
        )
        let died = now()
        servers[number].close()
        let out = wait(.seconds(10)) { serving(others) ? now() : nil }
        outcome.time("no weight for the dead server on both directors", out.map { $0 - died }, .eachAtMost(1_500))
        let next = wait(.seconds(10)) { client.answers(since: died).first { $0.server != first.server } }
        outcome.time("the client's silence", next.map { $0.at - died }, .eachAtMost(2_500))
        let again = try DatagramServer(cluster.realServers[number], cluster.virtualAddress, port)
        defer { again.close() }
        let back = now()
        let whole = wait(.seconds(10)) { serving(cluster.realServers) ? now() : nil }
        outcome.time("weight again after its return", whole.map { $0 - back })
        if let next { try drain(next.server, servers, client, cluster, &outcome) }
        try cluster.reload("")
        // The kernel remembers the client for minutes, and what is removed stays there without weight as long.
        let hasNone = wait(.seconds(10)) {
            cluster.tables.allSatisfy { table in
                let left = table.current.service(cluster.virtualAddress, port)?.destinations ?? []
                return left.allSatisfy { $0.weight == 0 }
            }
        }
        outcome.check("a service that is removed gives nobody weight", hasNone)
    }

    // A drained server goes on with its client; once it is gone, the client goes to another one.
    private static func drain(
        _ name: String,
        _ servers: [DatagramServer],
        _ client: DatagramClient,
        _ cluster: Cluster,
        _ outcome: inout Outcome,
    ) throws {
        try cluster.order(cluster.directors[0], "drain", name)
        let drained = now()
        nap(.seconds(1))
        let during = Set(client.answers(since: drained + .milliseconds(200)).map(\.server))
        outcome.check("a drained server goes on with its client", during == [name], "\(during)")
        let died = now()
        guard let index = cluster.realServers.firstIndex(where: { $0.name == name }) else { return }
        servers[index].close()
        let next = wait(.seconds(10)) { client.answers(since: died).first { $0.server != name } }
        outcome.time("the client's silence when it ends after a drain", next.map { $0.at - died }, .eachAtMost(2_500))
        try cluster.order(cluster.directors[0], "undrain", name)
    }
}
