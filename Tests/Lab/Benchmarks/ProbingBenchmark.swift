import Glibc
import Primitives

/// What a TCP probe costs the prober: processor time for each of many, beyond what the program needs without them.
struct ProbingBenchmark {
    /// What was measured of one program.
    struct Figure {
        var probesPerSecond: Double
        /// Of one processor.
        var percent: Double
        var microsecondsPerProbe: Double
    }

    /// How many real servers there are, each with an address of its own.
    var targets: Int
    /// From one probe of a real server to the next.
    var interval: Interval
    /// How long is measured.
    var seconds: Int

    /// Measures a program on the segment: first with hardly any probes, then with all of them.
    func measure(_ implementation: Implementation, on segment: Segment) throws -> Figure {
        let answerer = try Answerer(on: segment.hosts[1])
        defer { answerer.stop() }
        // Every address of the prefix is the second host's own, and answers.
        try segment.hosts[1].run("ip", "route", "replace", "local", "10.50.0.0/16", "dev", "lo")
        try segment.hosts[0].run(
            "ip",
            "route",
            "replace",
            "10.50.0.0/16",
            "via",
            "\(segment.hosts[1].address)"
        )
        let idle = try run(implementation, on: segment, every: .seconds(60), answerer)
        let busy = try run(implementation, on: segment, every: interval, answerer)
        let probes = busy.probes - idle.probes
        guard probes > 0 else { throw LabError("\(implementation) probed nothing") }
        return Figure(
            probesPerSecond: busy.probes / busy.seconds,
            percent: busy.processor / busy.seconds * 100,
            microsecondsPerProbe: (busy.processor / busy.seconds - idle.processor / idle.seconds) * 1e6
                / (busy.probes / busy.seconds)
        )
    }

    private typealias Reading = (seconds: Double, probes: Double, processor: Double)

    private func run(
        _ implementation: Implementation,
        on segment: Segment,
        every interval: Interval,
        _ answerer: Answerer,
    ) throws -> Reading {
        let host = segment.hosts[0]
        let process: ChildProcess
        if implementation == .keepalived {
            try writeKeepalived(host, every: interval)
            process = try host.start("keepalived", Keepalived.arguments(host))
        } else {
            try writeTandem(host, segment.programs, every: interval)
            process = try host.start(
                "director",
                [segment.programs.director, "run", "--config", "\(host.directory)/director.yaml"]
            )
        }
        defer { host.killAll() }
        // Every target has been asked once, and what a start costs is over.
        let asked = answerer.accepted + targets
        guard interval > .seconds(1) || wait(.seconds(60), until: { answerer.accepted >= asked }) else {
            throw LabError("\(implementation) probes nobody: \(process.lastLines())")
        }
        nap(.seconds(5))
        let began = now()
        let probes = answerer.accepted
        let processor = try Self.processorSeconds(group: process.pid)
        nap(.seconds(Int64(seconds)))
        guard process.isRunning else { throw LabError("\(implementation) has ended: \(process.lastLines())") }
        return (
            seconds: (now() - began).seconds, probes: Double(answerer.accepted - probes),
            processor: try Self.processorSeconds(group: process.pid) - processor
        )
    }

    private func addresses() -> [String] {
        (0..<targets).map { "10.50.\($0 / 250).\($0 % 250 + 1)" }
    }

    private func writeTandem(_ host: Host, _ programs: Programs, every interval: Interval) throws {
        let directory = host.directory
        File.makeDirectory("\(directory)/state")
        _ = try Configuration.key(programs.director, host)
        var lines = [
            "name: lb1", "interface: eth0", "key_file: \(directory)/key.pem", "state_directory: \(directory)/state",
            "control_socket: \(directory)/control.sock", "virtual_routers:",
            "  - {name: main, vrid: 51, addresses: [192.168.10.100/24]}", "real_servers:",
        ]
        for (index, address) in addresses().enumerated() {
            lines.append("  - {name: web\(index), address: \(address)}")
        }
        lines += [
            "services:", "  - name: http", "    address: 192.168.10.100", "    port: 80", "    direct_path: false",
            "    check: {type: tcp, interval: \(interval.milliseconds)ms, timeout: \(min(interval, .milliseconds(200)).milliseconds)ms}",
            "    real_servers: [\(addresses().indices.map { "web\($0)" }.joined(separator: ", "))]",
        ]
        try File.write("\(directory)/director.yaml", lines.joined(separator: "\n") + "\n")
    }

    private func writeKeepalived(_ host: Host, every interval: Interval) throws {
        let seconds = Double(interval.milliseconds) / 1_000
        var lines = [
            "global_defs {", "  enable_script_security", "  script_user root", "}",
            "virtual_server 192.168.10.100 80 {", "  delay_loop \(seconds)", "  lb_algo rr", "  lb_kind DR",
            "  protocol TCP",
        ]
        for address in addresses() {
            lines += [
                "  real_server \(address) 80 {", "    weight 1", "    TCP_CHECK {",
                "      connect_timeout 0.2", "      retry 2", "      delay_before_retry 0.2", "    }", "  }",
            ]
        }
        lines.append("}")
        try File.write("\(host.directory)/keepalived.conf", lines.joined(separator: "\n") + "\n")
    }

    /// What the processes of a group have used, by the 5th, 14th and 15th field of proc_pid_stat(5).
    private static func processorSeconds(group: pid_t) throws -> Double {
        var ticks = 0
        for name in try Command.run("ls", "/proc").split(separator: "\n") where name.allSatisfy(\.isNumber) {
            guard let text = File.read("/proc/\(name)/stat"), let end = text.lastIndex(of: ")") else { continue }
            let fields = text[text.index(after: end)...].split(separator: " ")
            guard fields.count > 12, fields[2] == "\(group)", let user = Int(fields[11]), let system = Int(fields[12])
            else { continue }
            ticks += user + system
        }
        return Double(ticks) / Double(sysconf(Int32(_SC_CLK_TCK)))
    }
}
