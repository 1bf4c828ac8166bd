import Glibc
import Primitives

/// Elections while all processors are busy: a program's pairs at every interval at the same time, under the same load.
///
/// The programs take turns of some minutes, because the machine's own mood changes in longer ones. At the same time they
/// would judge each other: a reload of keepalived works at its real-time priority, and whoever waits behind it is late.
final class BusyElection {
    static let intervals: [Interval] = [.milliseconds(10), .milliseconds(30), .milliseconds(100)]
    /// How often each pair is reloaded.
    private static let reloadPeriod = Interval.seconds(5)
    /// The longest turn, in seconds.
    private static let turn = 200
    /// How often each pair may be looked at after the load until it is steady.
    private static let windows = 5
    private let programs: Programs
    private let report: BenchmarkReport
    private var pairs: [BusyPair] = []
    private var results: [(contender: Contender, result: BusyPair.Result)] = []

    init(_ programs: Programs, _ report: BenchmarkReport) {
        (self.programs, self.report) = (programs, report)
    }

    /// Keeps every processor busy for so long with each program, with reloads, and counts takeovers that no stall of the
    /// machine explains.
    func run(seconds: Int) throws {
        let contenders = BusyElection.intervals.flatMap { Contender.all(at: $0) }
        for begun in stride(from: 0, to: seconds, by: BusyElection.turn) {
            let length = min(BusyElection.turn, seconds - begun)
            for program in [Implementation.tandem, .keepalived] {
                try play(contenders.filter { $0.implementation == program }, program, seconds: length)
            }
        }
        for contender in contenders {
            let own = results.filter { $0.contender.description == contender.description }.map(\.result)
            try tell(contender, seconds, own.reduce(BusyPair.Result(), +))
        }
    }

    /// One program's turn.
    private func play(_ contenders: [Contender], _ program: Implementation, seconds: Int) throws {
        defer {
            for pair in pairs { pair.tearDown() }
            pairs = []
        }
        for contender in contenders { pairs.append(try BusyPair(contender, programs)) }
        for pair in pairs { try pair.start() }
        guard let shortest = pairs.map(\.activeDownInterval).min() else { return }
        let witness = try StallWitness(atLeast: shortest)
        defer { witness.stop() }
        report.narrator.event(
            "busy",
            [
                ("program", .string("\(program)")), ("pairs", .number(Double(pairs.count))),
                ("seconds", .number(Double(seconds))),
            ]
        )
        try load(.seconds(Int64(seconds)))
        if let problem = witness.problem { throw LabError(problem) }
        let stalls = witness.stalls
        try judge()
        results += pairs.map { ($0.contender, $0.result(stalls)) }
    }

    /// Fails unless all pairs elect as before the load: silence is no steadiness.
    private func judge() throws {
        for pair in pairs { try pair.settle() }
        // The machine may stand still for a moment now too: a pair is steady when it is so in one of these windows.
        var unsteady = pairs
        for attempt in 1...BusyElection.windows {
            let from = now()
            nap(.seconds(3))
            let to = now()
            // What was sent by then is read by then.
            nap(.milliseconds(200))
            let problems = unsteady.map { ($0, $0.unsteadiness(from: from, to: to)) }.filter { $0.1 != nil }
            unsteady = problems.map(\.0)
            guard let problem = problems.first?.1 else { break }
            guard attempt < BusyElection.windows else { throw LabError(problem) }
        }
        for pair in pairs { try pair.look() }
        for pair in pairs { try pair.judgeStandby() }
    }

    private func load(_ length: Interval) throws {
        let count = max(1, Int(sysconf(Int32(_SC_NPROCESSORS_ONLN)))) * 2
        var hogs: [ChildProcess] = []
        defer { for hog in hogs { hog.killGroup() } }
        for number in 0..<count {
            hogs.append(try pairs[0].client.start("hog\(number)", ["sh", "-c", "while :; do :; done"]))
        }
        let began = now()
        let end = began + length
        for pair in pairs { pair.begin(began..<end) }
        for turn in 1... {
            let due = began + BusyElection.reloadPeriod * Int64(turn) / Int64(pairs.count)
            nap(max(min(due, end) - now(), .zero))
            for pair in pairs { try pair.look() }
            guard due < end else { break }
            // One after the other: each has its reload every five seconds, and none has it with all others.
            try pairs[turn % pairs.count].reload()
        }
        guard hogs.allSatisfy(\.isRunning) else { throw LabError("the processors were not kept busy") }
    }

    private func tell(_ contender: Contender, _ seconds: Int, _ result: BusyPair.Result) throws {
        let due = Double(seconds) / contender.setup.interval.seconds
        // Somebody leads at any time, and so somebody advertises, but for what the machine itself keeps back.
        guard Double(result.advertisements) >= due / 2 else {
            throw LabError("\(contender): \(result.advertisements) advertisements where \(Int(due)) were due")
        }
        report.add("takeovers in \(seconds) s with all processors busy", "", contender, Double(result.takeovers))
        report.narrator.tell(
            "\(contender): \(result.advertisements) advertisements, \(result.takeovers) takeovers, "
                + "\(result.explained) more while a processor stood still"
        )
        for window in result.stalls {
            report.narrator.tell("excluded: a processor stood still for \(window) (\(contender))")
        }
    }
}
