import Glibc
import Primitives

/// What is done to a running cluster, and what is seen of it.
extension Cluster {
    /// Tells a web server to finish what it has begun and to end, as `nginx -s quit` does; gives the instant before.
    func quitWebServer(_ host: Host) throws -> MonotonicInstant {
        let process = try webServer(host)
        let instant = now()
        process.signal(SIGQUIT)
        guard process.awaitExit(.seconds(10)) != nil else { throw LabError("nginx on \(host.name) does not quit") }
        return instant
    }

    /// The running web server of a host.
    func webServer(_ host: Host) throws -> ChildProcess {
        guard let process = webServers[host.name], process.isRunning else {
            throw LabError("no web server on \(host.name)")
        }
        return process
    }

    /// Starts a web node that was powered off as it is after its boot, before its web server runs: with an agent, or by
    /// the administrator's script.
    func bootRealServer(_ host: Host) throws {
        try releaseByHand(host)
        try powerOn(host)
        switch kind {
        case .tandem?: try startAgent(host)
        case .keepalived?, nil: try prepareByHand(host)
        }
    }

    /// Runs the agent's command on its node, which has to succeed.
    func tellAgent(_ host: Host, _ command: String) throws {
        let answer = try agentCommand(host, command, "--config", "\(host.directory)/agent.yaml")
        guard answer.status == 0 else { throw LabError("tandem-agent \(command): \(answer.text)") }
    }

    /// Gives a director an order about real servers, such as `drain web2`, which has to succeed.
    func order(_ director: Host, _ words: String...) throws {
        let arguments = [programs.director] + words + ["--config", "\(director.directory)/director.yaml"]
        let answer = try director.namespace.perform { try Command.output(arguments) }
        guard answer.status == 0 else { throw LabError("\(words): status \(answer.status): \(answer.text)") }
    }

    /// Waits until both directors have a link to a node's agent.
    func awaitLinks(_ host: Host) throws {
        let isLinked = try wait(.seconds(20), every: .milliseconds(100)) {
            let status = try agentCommand(host, "status", "--json", "--config", "\(host.directory)/agent.yaml").text
            return status.split(separator: #""isConnected":true"#, omittingEmptySubsequences: false).count == 3
        }
        guard isLinked else { throw LabError("the directors have no link to the agent of \(host.name)") }
    }

    /// Gives the directors other files, of which `service` says how they differ, and waits until they go by them.
    func reload(_ service: String) throws {
        guard kind == .tandem else {
            for host in directors { try Keepalived.write(self, host, service: service) }
            for host in directors { try director(host).signal(SIGHUP) }
            // Each check begins a second and up to its interval after a reload.
            return nap(.milliseconds(1_700))
        }
        try Configuration.write(self, service: service)
        for host in directors { try reload(host) }
    }

    /// Has a director of Tandem's read its file again, as `systemctl reload` does.
    func reload(_ host: Host) throws {
        let process = try director(host)
        process.forgetNotifications()
        process.signal(SIGHUP)
        try process.awaitReady(.seconds(10))
    }

    /// Since when both directors' tables have shown a weight for good, counted from an instant: the later of the two.
    func bothKeep(weight: Int, of host: Host, since: MonotonicInstant) -> MonotonicInstant? {
        let times = tables.compactMap { table in
            table.lasting(since: since) { $0.weight(of: host.address, in: virtualAddress, port) == weight }
        }
        return times.count == tables.count ? times.max() : nil
    }

    /// When both directors' tables first gave weight to these nodes and to no others, since an instant: the later of the two.
    func awaitServing(_ nodes: [Host], since: MonotonicInstant, limit: Interval) -> MonotonicInstant? {
        wait(limit) {
            let times = tables.compactMap { table in
                table.lasting(since: since) { table in
                    let found = table.service(virtualAddress, port)?.destinations.filter { $0.weight > 0 } ?? []
                    return found.map(\.address) == nodes.map(\.address)
                }
            }
            return times.count == tables.count ? times.max() : nil
        }
    }

    /// How often any weight of either director's changed since an instant.
    func weightChanges(since: MonotonicInstant) -> Int {
        tables.reduce(0) { $0 + $1.weightChanges(since: since, in: virtualAddress, port) }
    }

    /// Whether no weight of a director's table differed from 1 since an instant.
    func keptWeights(_ number: Int, since: MonotonicInstant) -> Bool {
        tables[number].always(since: since) { table in
            let service = table.service(virtualAddress, port)
            return service?.destinations.map(\.weight) == realServers.map { _ in 1 }
        }
    }
}
