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
        func failOver(from host: Host) throws {
            let answer = try cluster.directorCommand(
                host,
                "failover",
                "--config",
                "\(host.directory)/director.yaml"
            )
            guard answer.status == 0 else { throw LabError("failover: \(answer.text)") }
        }
        // The standby's word that it is ready comes once the synchronization has soaked.
        let isReady = try wait(.seconds(20), every: .milliseconds(200)) {
            try cluster.directorCommand(first, "status", "--config", "\(first.directory)/director.yaml").text
                .contains("ready to take over")
        }
        guard isReady else { throw LabError("\(second.name) is not ready to take over") }
        try event("failover", holder: second) { try failOver(from: first) }
        try event("failover back", holder: first) { try failOver(from: second) }
        try event("stop", holder: second) {
            try cluster.stopDirector(first)
            try cluster.afterDirector(first, result: "success")
        }
        try event("return", holder: first) { try cluster.startDirector(first) }
        try event("restart", holder: first, lostAtMost: emulated) { try cluster.restartDirector(first) }
        long.end(&outcome)
        try cluster.settle(.seconds(20))
    }
}
