import Glibc
import Primitives

/// The lab's command: `lab list`, `lab run NAME...`, `lab all`, `lab demo`; `--repetitions N`, `--keepalived`;
/// `lab interop [NAME...]`, `lab list interop`; `lab benchmark [--repetitions N] [SECONDS]`,
/// `lab busy SECONDS`; `lab probing [--repetitions N] TARGETS MILLISECONDS SECONDS`.
@main
enum Lab {
    static func main() {
        do {
            exit(try run(Array(CommandLine.arguments.dropFirst())) ? 0 : 1)
        } catch {
            print(JSON.object([("event", "error"), ("error", .string("\(error)"))]))
            exit(1)
        }
    }

    private static func run(_ arguments: [String]) throws -> Bool {
        var arguments = arguments
        var repetitions = 1
        if let index = arguments.firstIndex(of: "--repetitions"), index + 1 < arguments.count {
            repetitions = Int(arguments[index + 1]) ?? 1
            arguments.removeSubrange(index...index + 1)
        }
        var all = Scenario.all
        // The peer goes through the same stories, for comparison.
        if let index = arguments.firstIndex(of: "--keepalived") {
            arguments.remove(at: index)
            for index in all.indices { all[index].directors = .keepalived }
        }
        switch arguments.first {
        case "list" where arguments.last == "interop":
            for scenario in SegmentScenario.all { print("\(scenario.name)\t\(scenario.summary)") }
            return true
        case "benchmark":
            return try benchmark(Array(arguments.dropFirst()), runs: repetitions)
        case "busy":
            return try busy(Array(arguments.dropFirst()))
        case "probing":
            return try probing(arguments.dropFirst().compactMap { Int($0) }, runs: repetitions)
        case "interop":
            return try playInterop(Array(arguments.dropFirst()))
        case "list":
            for scenario in all { print("\(scenario.name)\t\(scenario.summary)") }
            return true
        case "all":
            return try play { Runner($0, $1, repetitions: repetitions).play(all) }
        case "run":
            let wanted = arguments.dropFirst()
            for name in wanted where !all.contains(where: { $0.name == name }) {
                throw LabError("no scenario \(name); `lab list` has them")
            }
            let chosen = all.filter { wanted.contains($0.name) }
            return try play { Runner($0, $1, repetitions: repetitions).play(chosen) }
        case "demo":
            return try play(.story, Demo.play)
        default:
            throw LabError(
                """
                usage: lab list [interop] | lab run NAME... | lab all [--repetitions N] | lab demo \
                | lab interop [NAME...] | lab benchmark [--repetitions N] [SECONDS] \
                | lab busy SECONDS | lab probing [--repetitions N] TARGETS MILLISECONDS SECONDS
                """
            )
        }
    }

    private static func play(
        _ style: Narrator.Style = .events,
        _ body: (Cluster, Narrator) throws -> Bool,
    ) throws -> Bool {
        let narrator = Narrator(style)
        signal(SIGPIPE, SIG_IGN)
        File.makeDirectory("/run/tandem-lab")
        try Command.run("modprobe", "-a", "ip_vs", "ip_vs_rr", "ip_vs_wlc")
        let cluster = try Cluster(Programs())
        defer { cluster.tearDown() }
        let passed = try body(cluster, narrator)
        if let problem = cluster.frames.problem { throw LabError("packet capture: \(problem)") }
        narrator.event("end", [("passed", .boolean(passed))])
        return passed
    }

    private static func playInterop(_ names: [String]) throws -> Bool {
        let narrator = Narrator(.events)
        signal(SIGPIPE, SIG_IGN)
        File.makeDirectory("/run/tandem-lab")
        let segment = try Segment(Programs())
        defer { segment.tearDown() }
        var passed = true
        for wanted in SegmentScenario.all where names.isEmpty || names.contains(wanted.name) {
            let began = now()
            var outcome = Outcome()
            do { try wanted.play(segment, &outcome) } catch {
                outcome.check("played to its end", false, "\(error)")
            }
            narrator.report(wanted.name, repetition: 1, outcome)
            let verdict = Verdict(scenario: wanted.name, outcomes: [outcome])
            verdict.announce(narrator, took: now() - began)
            passed = passed && verdict.hasPassed
        }
        if let problem = segment.frames.problem { throw LabError("packet capture: \(problem)") }
        narrator.event("end", [("passed", .boolean(passed))])
        return passed
    }

    // keepalived checks nothing where the kernel has no IPVS: then Tandem's figures stand alone.
    private static func probing(_ numbers: [Int], runs: Int) throws -> Bool {
        guard numbers.count == 3, (2...1_024).contains(numbers[0]), (10...10_000).contains(numbers[1]),
            numbers[2] * 1_000 >= numbers[1] * 2
        else {
            throw LabError("usage: lab probing TARGETS MILLISECONDS SECONDS, of at least two intervals")
        }
        let narrator = Narrator(.events)
        signal(SIGPIPE, SIG_IGN)
        File.makeDirectory("/run/tandem-lab")
        _ = try Command.output(["modprobe", "-a", "ip_vs", "ip_vs_rr"])
        let segment = try Segment(Programs())
        defer { segment.tearDown() }
        let benchmark = ProbingBenchmark(
            targets: numbers[0],
            interval: .milliseconds(Int64(numbers[1])),
            seconds: numbers[2]
        )
        let hasIPVS = File.read("/proc/net/ip_vs") != nil
        if !hasIPVS { narrator.tell("keepalived is left out: it checks nothing without IPVS") }
        var figures: [Implementation: [ProbingFigure]] = [:]
        for run in 0..<max(1, runs) {
            // Neither is always the first.
            let contenders: [Implementation] = run.isMultiple(of: 2) ? [.keepalived, .tandem] : [.tandem, .keepalived]
            for implementation in contenders where hasIPVS || implementation == .tandem {
                let figure = try benchmark.measure(implementation, on: segment)
                figures[implementation, default: []].append(figure)
                narrator.event(
                    "probing",
                    [
                        ("contender", .string("\(implementation)")), ("per second", .number(figure.probesPerSecond)),
                        ("percent", .number(figure.percent)), ("microseconds", .number(figure.microsecondsPerProbe)),
                    ]
                )
            }
        }
        let (tandem, keepalived) = (figures[.tandem] ?? [], figures[.keepalived] ?? [])
        for line in ProbingFigure.table(tandem: tandem, keepalived: keepalived) {
            narrator.event("table", [("line", .string(line))])
        }
        narrator.event("end", [("passed", true)])
        return true
    }

    // What needs no IPVS, on the running kernel: SECONDS is how long the processors are kept busy.
    private static func benchmark(_ arguments: [String], runs: Int) throws -> Bool {
        let narrator = Narrator(.events)
        signal(SIGPIPE, SIG_IGN)
        File.makeDirectory("/run/tandem-lab")
        let segment = try Segment(Programs())
        defer { segment.tearDown() }
        let report = BenchmarkReport(narrator)
        let intervals: [Interval] = [.seconds(1), .milliseconds(100), .milliseconds(10)]
        try ElectionBenchmark(segment, report).incidents(intervals, runs: runs)
        let seconds = arguments.first.flatMap { Int($0) } ?? 60
        try BusyElection(segment.programs, report).run(seconds: seconds)
        report.end()
        return true
    }

    // The last part of the benchmark alone.
    private static func busy(_ arguments: [String]) throws -> Bool {
        guard arguments.count == 1, let seconds = Int(arguments[0]), seconds > 0 else {
            throw LabError("usage: lab busy SECONDS")
        }
        let report = BenchmarkReport(Narrator(.events))
        signal(SIGPIPE, SIG_IGN)
        File.makeDirectory("/run/tandem-lab")
        try BusyElection(Programs(), report).run(seconds: seconds)
        report.end()
        return true
    }
}
