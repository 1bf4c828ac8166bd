import Primitives

/// Something that happens to a web node or to the network under load, and what has to come of it.
struct Incident: Sendable {
    /// What Tandem has to make of it; the peer's figures are noted beside, and judge nobody.
    enum Expectation: Sendable {
        /// Both directors take the node out, within the bound and for good.
        case out(Bound)
        /// The director with this number takes it out; no weight of the other one changes.
        case outOnly(director: Int, Bound)
        /// No weight of these directors changes, and no request is lost.
        case unchanged(directors: [Int])
        /// Nothing is asked: what happens is counted.
        case counted
    }

    var name: String
    /// What happens, for a person.
    var summary: String
    /// Which web node it happens to.
    var node = 1
    /// How the directors' files differ for it.
    var service = ""
    var expectation: Expectation
    /// How many requests Tandem may lose.
    var lostAtMost: Int?
    /// How long a weight is waited for.
    var patience = Interval.seconds(3)
    /// How long it goes on after that.
    var lasts = Interval.milliseconds(300)
    /// Makes it happen and gives the instant.
    var happen: @Sendable (Cluster, Host) throws -> MonotonicInstant
    /// Brings the node back without its web server, a second before the rest.
    var boot: (@Sendable (Cluster, Host) throws -> Void)?
    /// Ends it and gives the instant since which the node could serve.
    var end: @Sendable (Cluster, Host) throws -> MonotonicInstant

    /// The scenario of it with Tandem's directors, or, under a name of its own, with the peer's.
    func scenario(_ directors: Scenario.Directors = .tandem, repeats: Scenario.Repeats = .half) -> Scenario {
        Scenario(
            name: directors == .tandem ? name : "keepalived-\(name)",
            summary: directors == .tandem ? summary : "keepalived: \(summary)",
            directors: directors,
            repeats: repeats,
        ) { cluster, outcome in
            if !service.isEmpty { try cluster.reload(service) }
            try play(cluster, &outcome, isJudged: directors == .tandem)
            if !service.isEmpty { try cluster.reload("") }
            cluster.incidents[name, default: [:]][directors] = outcome
        }
    }

    private func play(_ cluster: Cluster, _ outcome: inout Outcome, isJudged: Bool) throws {
        let node = cluster.realServers[node]
        let began = now()
        var happened = began
        var zero: Interval?
        var changes = 0
        var kept: [Bool] = []
        var back: Interval?
        var ending = began
        // Requests that are still on their way are waited for in any case.
        let load = try cluster.underLoad(andFor: .milliseconds(200)) {
            happened = try happen(cluster, node)
            zero = awaitZero(cluster, node, since: happened)
            changes = cluster.weightChanges(since: began)
            kept = cluster.tables.indices.map { cluster.keptWeights($0, since: began) }
            ending = now()
            if let boot {
                try boot(cluster, node)
                let booted = now()
                nap(.seconds(1))
                let isOut = cluster.bothKeep(weight: 0, of: node, since: booted) == booted
                if isJudged { outcome.check("no weight before its web server is there", isOut) }
            }
            let ended = try end(cluster, node)
            let isBack = wait(.seconds(20)) { cluster.bothKeep(weight: 1, of: node, since: ended) != nil }
            back = isBack ? cluster.bothKeep(weight: 1, of: node, since: ended).map { $0 - ended } : nil
        }
        judge(&outcome, zero, kept, cluster, isJudged: isJudged)
        outcome.count(Incident.weightChanges, changes)
        isJudged
            ? outcome.time(Incident.oneOnBoth, back) : outcome.note(Incident.oneOnBoth, back)
        outcome.load(load, lostAtMost: isJudged ? lostAtMost : nil)
        outcome.count("requests lost afterwards", load.lost.count { $0.startedAt >= ending })
    }

    // How long it took until the weight was 0 for good, where it was to be, within the patience.
    private func awaitZero(_ cluster: Cluster, _ node: Host, since: MonotonicInstant) -> Interval? {
        let numbers: [Int]
        switch expectation {
        case .unchanged, .counted:
            nap(lasts)
            return nil
        case .out: numbers = Array(cluster.tables.indices)
        case .outOnly(let number, _): numbers = [number]
        }
        func zero(_ number: Int) -> MonotonicInstant? {
            cluster.tables[number].lasting(since: since) {
                $0.weight(of: node.address, in: cluster.virtualAddress, cluster.port) == 0
            }
        }
        _ = wait(patience) { numbers.allSatisfy { zero($0) != nil } }
        nap(lasts)
        let times = numbers.compactMap(zero)
        return times.count == numbers.count ? times.max().map { $0 - since } : nil
    }

    private func judge(
        _ outcome: inout Outcome,
        _ zero: Interval?,
        _ kept: [Bool],
        _ cluster: Cluster,
        isJudged: Bool,
    ) {
        var unchanged: [Int] = []
        switch expectation {
        case .out(let bound):
            isJudged ? outcome.time(Incident.zeroOnBoth, zero, bound) : outcome.note(Incident.zeroOnBoth, zero)
        case .outOnly(let number, let bound):
            let name = "weight 0 on \(cluster.directors[number].name)"
            isJudged ? outcome.time(name, zero, bound) : outcome.note(name, zero)
            unchanged = cluster.directors.indices.filter { $0 != number }
        case .unchanged(let directors):
            unchanged = directors
        case .counted:
            break
        }
        for number in unchanged where isJudged {
            outcome.check("no weight changes on \(cluster.directors[number].name)", kept[number])
        }
    }

    static let weightChanges = "weight changes"
    static let zeroOnBoth = "weight 0 on both directors"
    private static let oneOnBoth = "weight 1 on both directors afterwards"
}
