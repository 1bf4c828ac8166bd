import Glibc
import Primitives

extension Scenario {
    /// Every planned change of director under one load, one stream and one download.
    static let plannedChanges = Scenario(
        name: "planned-changes",
        summary: "stop, return and restart of the active director under load, with a stream and a download across all",
        isRepeated: true,
    ) { cluster, outcome in
        let (first, second) = (cluster.directors[0], cluster.directors[1])
        let long = try LongConnections(cluster)
        defer { long.stop() }
        func event(_ name: String, holder: Host, _ happen: () throws -> Void) throws {
            let began = now()
            let load = try cluster.underLoad {
                try happen()
                guard cluster.awaitHolder(holder, since: began, limit: .seconds(20)) else {
                    throw LabError("\(name): \(holder.name) does not hold the VIP")
                }
            }
            outcome.count("requests lost, \(name)", load.lost.count)
            outcome.lost += load.lost
            long.check(&outcome, after: name, at: now(), mustSurvive: false)
        }
        try event("stop", holder: second) {
            try cluster.stopDirector(first)
            try cluster.afterDirector(first, result: "success")
        }
        try event("return", holder: first) { try cluster.startDirector(first) }
        try event("restart", holder: first) { try cluster.restartDirector(first) }
        long.end(&outcome)
        try cluster.settle(.seconds(20))
    }
}
