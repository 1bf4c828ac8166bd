import Primitives

/// Whether the cluster is as it ought to be, and its load.
extension Cluster {
    /// Whether the whole cluster is as its configuration wants it: lb1 active, all weights 1 on both, requests answered.
    func settle(_ limit: Interval = .seconds(30)) throws {
        var reason = "nothing looked at"
        let isSettled = try wait(limit, every: .milliseconds(20)) {
            let problem = try unsettled()
            reason = problem ?? ""
            return problem == nil
        }
        guard isSettled else { throw LabError("the cluster did not settle in \(limit): \(reason)") }
    }

    /// Why the cluster is not as wanted, nil when it is.
    func unsettled() throws -> String? {
        for (host, table) in zip(directors, tables) {
            guard let service = table.current.service(virtualAddress, port) else {
                return "no service on \(host.name)"
            }
            let wanted = realServers.map(\.address)
            guard service.destinations.map(\.address) == wanted else {
                return "destinations of \(host.name) differ"
            }
            guard service.destinations.allSatisfy({ $0.weight == 1 }) else {
                return "weights of \(host.name): \(service.destinations.map(\.weight))"
            }
        }
        let recent = frames.last(before: now()) { $0.isAdvertisement }
        guard let recent, recent.from == "lb1", now() - recent.at < .milliseconds(400) else {
            return "lb1 is not the one that advertises (\(recent?.from ?? "nobody") is)"
        }
        guard try directors[0].bears(virtualAddress) else {
            return "lb1 does not hold the VIP"
        }
        guard try !directors[1].bears(virtualAddress) else { return "lb2 holds the VIP too" }
        let request = try client.namespace.perform { LoadClient.single(virtualAddress) }
        return request.cause.map { "a request: \($0)" }
    }

    /// When both directors' tables first gave a destination this weight since an instant: the later of the two.
    func bothShow(weight: Int, of host: Host, since: MonotonicInstant, limit: Interval)
        -> MonotonicInstant?
    {
        wait(limit) {
            let times = tables.compactMap { table in
                table.first(since: since) {
                    $0.weight(of: host.address, in: virtualAddress, port) == weight
                }
            }
            return times.count == tables.count ? times.max() : nil
        }
    }

    /// The first gratuitous ARP for the VIP that a host sends since an instant.
    func announcement(by host: Host, since: MonotonicInstant, limit: Interval) -> CapturedFrame? {
        wait(limit) {
            frames.first(since: since) { $0.from == host.name && $0.announces(virtualAddress) }
        }
    }

    /// Waits until a director alone holds the VIP and has advertised since an instant; false when that does not come.
    func awaitHolder(_ host: Host, since: MonotonicInstant, limit: Interval) -> Bool {
        wait(limit, every: .milliseconds(10)) {
            guard let last = frames.last(before: now(), where: { $0.isAdvertisement }), last.at >= since else {
                return false
            }
            return last.from == host.name && (last.priority ?? 0) > 0
                && directors.allSatisfy { director in
                    (try? director.bears(virtualAddress)) == (director === host)
                }
        }
    }

    /// Runs a body while the client sends requests, and for a while after it, and gives what became of them all.
    func underLoad(andFor rest: Interval = .milliseconds(1_200), _ body: () throws -> Void) throws -> Load {
        let load = try LoadClient(from: client, to: virtualAddress, every: requestInterval)
        defer { load.stop() }
        nap(.milliseconds(400))
        try body()
        // A client whose first SYN was lost sends its second after a second.
        nap(rest)
        return Load(requests: load.awaitEnd())
    }

    /// One request from the client to the VIP.
    func probe() throws -> Request {
        try client.namespace.perform { LoadClient.single(virtualAddress) }
    }
}
