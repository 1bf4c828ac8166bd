import Glibc
import Primitives

extension Scenario {
    /// What the programs cost when nothing happens, in percent of one processor.
    static let idleCost = Scenario(
        name: "idle-cost",
        summary: "the settled cluster is left alone for four seconds, and processor time is read",
    ) { cluster, outcome in
        let node = cluster.realServers[0]
        let processes = [
            ("director, active", try cluster.director(cluster.directors[0])),
            ("director, standby", try cluster.director(cluster.directors[1])),
            ("agent", try cluster.agent(node)),
        ]
        let before = try processes.map { try ticks($0.1.pid) }
        let lab = try ticks(getpid())
        let all = busy()
        let began = now()
        nap(.seconds(4))
        let ticksPerPercent = Double(sysconf(Int32(_SC_CLK_TCK))) * (now() - began).seconds / 100
        for ((name, process), start) in zip(processes, before) {
            record("processor, \(name)", Double(try ticks(process.pid) - start) / ticksPerPercent)
        }
        record("processor, the lab's witnesses", Double(try ticks(getpid()) - lab) / ticksPerPercent)
        record("processor, the machine", Double(busy() - all) / ticksPerPercent)
        func record(_ name: String, _ value: Double) {
            outcome.figures.append(.init(name: name, value: value, unit: "%", bound: .none))
        }
    }

    // utime and stime, the 14th and 15th field of proc_pid_stat(5), counted behind the name's parenthesis.
    private static func ticks(_ pid: pid_t) throws -> Int {
        guard let text = File.read("/proc/\(pid)/stat"), let end = text.lastIndex(of: ")") else {
            throw LabError("no /proc/\(pid)/stat")
        }
        let fields = text[text.index(after: end)...].split(separator: " ")
        guard fields.count > 12, let user = Int(fields[11]), let system = Int(fields[12]) else {
            throw LabError("/proc/\(pid)/stat reads \(text)")
        }
        return user + system
    }

    // All but idle and iowait of the first line of /proc/stat.
    private static func busy() -> Int {
        let line = File.read("/proc/stat")?.split(separator: "\n").first ?? ""
        let fields = line.split(separator: " ").dropFirst().prefix(8).map { Int($0) ?? 0 }
        return fields.enumerated().reduce(0) { $1.offset == 3 || $1.offset == 4 ? $0 : $0 + $1.element }
    }
}
