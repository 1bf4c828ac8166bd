import Primitives

/// A stream and a download through the virtual address that span what a scenario does.
struct LongConnections {
    private let all: [LongConnection]

    /// Begins both.
    init(_ cluster: Cluster) throws {
        all = try [.stream, .download].map {
            try LongConnection($0, from: cluster.client, to: cluster.virtualAddress, port: cluster.port)
        }
        for connection in all { try connection.awaitBegin(.seconds(10)) }
    }

    /// Waits until both go on after an instant, and says whether they did.
    func check(_ outcome: inout Outcome, after event: String, at instant: MonotonicInstant, mustSurvive: Bool = true) {
        for connection in all {
            let goesOn = connection.goesOn(after: instant, limit: .seconds(15))
            let report = connection.report
            let name = "the \(connection.kind) survives \(event)"
            if mustSurvive {
                outcome.check(name, goesOn, report.cause ?? "nothing comes any more")
            } else {
                outcome.count(name, goesOn ? 1 : 0)
            }
        }
    }

    /// Ends both.
    func stop() {
        for connection in all { connection.stop() }
    }

    /// Ends both and records how long either stood still at most.
    func end(_ outcome: inout Outcome) {
        for connection in all {
            connection.stop()
            outcome.time("longest pause of the \(connection.kind)", connection.report.longestGap)
        }
    }
}
