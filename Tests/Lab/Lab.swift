import Glibc
import Primitives

/// The lab's command: `lab list`, `lab run NAME...`, `lab all`, `lab demo`; `--repetitions N`, `--keepalived`.
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
            throw LabError("usage: lab list | lab run NAME... | lab all [--repetitions N] | lab demo")
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
}
