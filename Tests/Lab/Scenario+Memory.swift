import Glibc
import Primitives

extension Scenario {
    /// How much memory the programs hold once their links were broken and made again many times.
    static let memory = Scenario(
        name: "memory",
        summary: "the agent links are broken and made again, then memory is read",
    ) { cluster, outcome in
        let node = cluster.realServers[0]
        let wanted = getenv("TANDEM_LAB_RECONNECTS").flatMap { Int(String(cString: $0)) } ?? 100
        var done = 0
        while done < wanted {
            let before = try links(node)
            try node.run("ss", "-H", "-K", "sport", "=", "9407")
            let connected = try wait(.seconds(20), every: .milliseconds(5)) {
                let after = try links(node)
                guard after.count >= 2, after.isDisjoint(with: before) else { return false }
                // A link that is cut during its handshake would only show the directors' patience between dials.
                let file = "\(node.directory)/agent.yaml"
                let status = try cluster.agentCommand(node, "status", "--json", "--config", file)
                return status.text.split(separator: #""isConnected":true"#, omittingEmptySubsequences: false).count == 3
            }
            guard connected else {
                throw LabError("the directors did not come back to \(node.name) after \(done)")
            }
            done += 2
        }
        outcome.count("reconnects", done)
        try cluster.settle(.seconds(20))
        // The code of the handshakes is given back a few seconds after the last of them (AgentLoop).
        let process = try cluster.agent(node)
        _ = try wait(.seconds(40), every: .milliseconds(200)) { try resident(process) <= 16 }
        let agent = try resident(process)
        outcome.figures.append(
            .init(name: "agent resident", value: agent, unit: "MB", bound: .eachAtMost(16))
        )
        for host in cluster.directors {
            let process = try cluster.director(host)
            // The directors give back idle code once a minute.
            _ = try wait(.seconds(70), every: .milliseconds(200)) { try resident(process) <= 24 }
            let size = try resident(process)
            let name = "director resident (\(host.name))"
            outcome.figures.append(.init(name: name, value: size, unit: "MB", bound: .eachAtMost(24)))
        }
    }

    // The remote ends of the established connections to 9407, as /proc/net/tcp writes them.
    private static func links(_ node: Host) throws -> Set<String> {
        let text = try node.namespace.perform { File.read("/proc/thread-self/net/tcp") } ?? ""
        let rows = text.split(separator: "\n").map { $0.split(separator: " ") }
        return Set(
            rows.filter { $0.count > 3 && $0[1].hasSuffix(":24BF") && $0[3] == "01" }.map {
                String($0[2])
            }
        )
    }

    private static func resident(_ process: ChildProcess) throws -> Double {
        let text = File.read("/proc/\(process.pid)/status") ?? ""
        guard let line = text.split(separator: "\n").first(where: { $0.hasPrefix("VmRSS:") }),
            let kilobytes = Double(line.split(separator: " ")[1].filter { $0.isNumber })
        else { throw LabError("no VmRSS of \(process.name)") }
        return kilobytes / 1024
    }
}
