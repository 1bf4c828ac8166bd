import Glibc
import Primitives

extension Scenario {
    /// Every planned change of director under one load, one stream and one download.
    static let plannedChanges = Scenario(
        name: "planned-changes",
        summary: "failover and back, stop, return and restart under load, with a stream and a download across all",
        repeats: .all,
    ) { cluster, outcome in
        let (first, second) = (cluster.directors[0], cluster.directors[1])
        let long = try LongConnections(cluster)
        defer { long.stop() }
        // What begins a process costs an emulated processor seconds, in which a request may find a full queue; where the
        // other director serves meanwhile, no request is on the way there.
        let emulated = Emulation.allowance > 1 ? 2.0 : 0
        func event(_ name: String, holder: Host, lostAtMost: Double = 0, _ happen: () throws -> Void) throws {
            let began = now()
            let load = try cluster.underLoad {
                try happen()
                guard cluster.awaitHolder(holder, since: began, limit: .seconds(20)) else {
                    throw LabError("\(name): \(holder.name) does not hold the VIP")
                }
            }
            outcome.count("requests lost, \(name)", load.lost.count, .eachAtMost(lostAtMost))
            outcome.lost += load.lost
            long.check(&outcome, after: "the \(name)", at: now())
        }
        try cluster.awaitReadiness(of: second, by: first)
        try event("failover", holder: second) { try cluster.failOver(from: first) }
        try event("failover back", holder: first) { try cluster.failOver(from: second) }
        try event("stop", holder: second) {
            try cluster.stopDirector(first)
            try cluster.afterDirector(first, result: "success")
        }
        try event("return", holder: first) { try cluster.startDirector(first) }
        try event("restart", holder: first, lostAtMost: emulated) { try cluster.restartDirector(first) }
        long.end(&outcome)
        try cluster.settle(.seconds(20))
    }

    /// A client that has used every port before: whatever the successor remembers of a port is wrong.
    static let reusedPorts = Scenario(
        name: "reused-ports",
        summary: "failovers to and fro while a client with 64 ports uses each of them again and again",
        repeats: .half,
    ) { cluster, outcome in
        let client = cluster.client
        let range = "net.ipv4.ip_local_port_range"
        let before = try client.run("sysctl", "-n", range).split(whereSeparator: \.isWhitespace).joined(separator: " ")
        try client.run("sysctl", "-qw", "\(range)=50000 50063")
        defer { _ = try? client.run("sysctl", "-qw", "\(range)=\(before)") }
        try cluster.awaitReadiness(of: cluster.directors[1], by: cluster.directors[0])
        let load = try cluster.underLoad {
            // Every port has its connection of the last two minutes.
            nap(.seconds(5))
            for turn in 0..<10 {
                let (from, to) = (cluster.directors[turn % 2], cluster.directors[1 - turn % 2])
                let began = now()
                try cluster.failOver(from: from)
                guard cluster.awaitHolder(to, since: began, limit: .seconds(20)) else {
                    throw LabError("\(to.name) does not hold the VIP")
                }
                nap(.milliseconds(700))
            }
        }
        outcome.count("requests lost in ten failovers", load.lost.count, .eachAtMost(0))
        outcome.lost += load.lost
        try cluster.settle(.seconds(20))
    }
}

extension Cluster {
    /// Lets an operator hand over what a director holds.
    fileprivate func failOver(from host: Host) throws {
        let answer = try directorCommand(host, "failover", "--config", "\(host.directory)/director.yaml")
        guard answer.status == 0 else { throw LabError("failover: \(answer.text)") }
    }

    /// Waits for the standby's word that it is ready, which comes once the synchronization has soaked.
    fileprivate func awaitReadiness(of standby: Host, by active: Host) throws {
        let isReady = try wait(.seconds(20), every: .milliseconds(200)) {
            try directorCommand(active, "status", "--config", "\(active.directory)/director.yaml").text
                .contains("ready to take over")
        }
        guard isReady else { throw LabError("\(standby.name) is not ready to take over") }
    }
}
