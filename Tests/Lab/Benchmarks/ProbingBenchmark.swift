import Glibc
import Primitives

/// What a TCP probe costs the prober: processor time for each of many, and what of it goes beyond what the program needs
/// without them.
///
/// Both contenders probe the same addresses of one host that answers all of them, at the same interval and timeout. What
/// is counted as a probe is a connection that stood at the other end, and whoever leaves an address out, or makes fewer
/// than the interval asks for, is no measure of anything: the benchmark then fails.
struct ProbingBenchmark {
    /// How many real servers there are, each with an address of its own.
    var targets: Int
    /// From one probe of a real server to the next.
    var interval: Interval
    /// How long is measured.
    var seconds: Int

    // In the program without probes each real server is asked this seldom.
    private static let rarely = Interval.seconds(60)
    private static let virtualAddress = "192.168.10.100"
    private var timeout: Interval { min(interval, .milliseconds(200)) }

    /// Measures a program on the segment: first with hardly any probes, then with all of them.
    func measure(_ implementation: Implementation, on segment: Segment) throws -> ProbingFigure {
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
        let idle = try run(implementation, on: segment, every: Self.rarely, answerer)
        let busy = try run(implementation, on: segment, every: interval, answerer)
        try judge(busy, of: implementation)
        let rate = busy.probes / busy.seconds
        let resting = idle.usage.processor / idle.seconds
        return ProbingFigure(
            probesPerSecond: rate,
            percent: busy.usage.processor / busy.seconds * 100,
            restingPercent: resting * 100,
            microsecondsPerProbe: busy.usage.processor / busy.probes * 1e6,
            microsecondsBeyondRest: (busy.usage.processor / busy.seconds - resting)
                / (rate - idle.probes / idle.seconds) * 1e6,
            kernelMicroseconds: busy.usage.softInterrupts / busy.probes * 1e6,
            resetPercent: busy.tcp.resets / busy.tcp.opens * 100,
            processes: busy.usage.processes,
        )
    }

    // MARK: One run

    private struct Reading {
        var seconds: Double
        /// Connections that stood, by the other end's count.
        var probes: Double
        var addresses: Int
        var usage: ProcessorUsage
        /// What the prober's own kernel counted.
        var tcp: (opens: Double, failures: Double, resets: Double)
    }

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
        defer { end(process, on: host) }
        // Every target has been asked once, and what a start costs is over.
        let asked = answerer.accepted + targets
        guard interval == Self.rarely || wait(.seconds(60), until: { answerer.accepted >= asked }) else {
            throw LabError("\(implementation) has not asked everybody after a minute: \(process.lastLines())")
        }
        nap(.seconds(5))
        _ = try answerer.takeCount()
        let (began, tcp) = (now(), try counters(host))
        let usage = try ProcessorUsage(session: process.pid)
        nap(.seconds(Int64(seconds)))
        guard process.isRunning else { throw LabError("\(implementation) has ended: \(process.lastLines())") }
        let used = try ProcessorUsage(session: process.pid) - usage
        let after = try counters(host)
        let count = try answerer.takeCount()
        return Reading(
            seconds: (now() - began).seconds,
            probes: Double(count.connections),
            addresses: count.addresses.count,
            usage: used,
            tcp: (after.opens - tcp.opens, after.failures - tcp.failures, after.resets - tcp.resets)
        )
    }

    /// Ends a program and takes away what it leaves behind, which the next one would find.
    private func end(_ process: ChildProcess, on host: Host) {
        process.signal(SIGTERM)
        process.awaitExit(.seconds(10))
        host.killAll()
        for command in [["ipvsadm", "-C"], ["ip", "address", "del", "\(Self.virtualAddress)/24", "dev", "eth0"]] {
            _ = try? host.namespace.perform { try Command.output(command) }
        }
    }

    /// Whether the probes were made at all, all of them and with success.
    private func judge(_ reading: Reading, of implementation: Implementation) throws {
        let due = Double(targets) * reading.seconds / interval.seconds
        guard reading.addresses == targets else {
            throw LabError("\(implementation) asked \(reading.addresses) of \(targets) real servers")
        }
        guard reading.probes >= due * 0.8, reading.probes <= due * 1.2 else {
            let load = rounded(reading.usage.processor / reading.seconds * 100)
            throw LabError(
                "\(implementation) made \(Int(reading.probes)) probes where \(Int(due)) were due, with \(load) % of a processor"
            )
        }
        guard reading.tcp.failures <= reading.probes / 100 else {
            throw LabError("of \(implementation)'s probes \(Int(reading.tcp.failures)) found no connection")
        }
        guard implementation != .tandem || reading.tcp.resets >= reading.tcp.opens * 0.99 else {
            throw LabError("Tandem closed only \(Int(reading.tcp.resets)) of \(Int(reading.tcp.opens)) by RST")
        }
    }

    /// What the TCP of a host's kernel has counted (RFC 4022).
    private func counters(_ host: Host) throws -> (opens: Double, failures: Double, resets: Double) {
        let text = try host.namespace.perform { File.read("/proc/thread-self/net/snmp") } ?? ""
        let rows = text.split(separator: "\n").filter { $0.hasPrefix("Tcp: ") }.map { $0.split(separator: " ") }
        guard rows.count == 2, rows[0].count == rows[1].count else { throw LabError("/proc/net/snmp reads \(text)") }
        func value(_ name: String) throws -> Double {
            guard let index = rows[0].firstIndex(where: { $0 == name }), let value = Double(rows[1][index]) else {
                throw LabError("/proc/net/snmp has no \(name)")
            }
            return value
        }
        return (try value("ActiveOpens"), try value("AttemptFails"), try value("OutRsts"))
    }

    // MARK: Configurations

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
            "  - {name: main, vrid: 51, addresses: [\(Self.virtualAddress)/24]}", "real_servers:",
        ]
        for (index, address) in addresses().enumerated() {
            lines.append("  - {name: web\(index), address: \(address)}")
        }
        lines += [
            "services:", "  - name: http", "    address: \(Self.virtualAddress)", "    port: 80",
            "    direct_path: false",
            "    check: {type: tcp, interval: \(interval.milliseconds)ms, timeout: \(timeout.milliseconds)ms}",
            "    real_servers: [\(addresses().indices.map { "web\($0)" }.joined(separator: ", "))]",
        ]
        try File.write("\(directory)/director.yaml", lines.joined(separator: "\n") + "\n")
    }

    private func writeKeepalived(_ host: Host, every interval: Interval) throws {
        let timeout = Double(timeout.milliseconds) / 1_000
        // Tandem elects meanwhile, ten times a second at its defaults: so does this.
        var lines = [
            "global_defs {", "  vrrp_version 3", "  enable_script_security", "  script_user root", "}",
            "vrrp_instance main {", "  state BACKUP", "  interface eth0", "  virtual_router_id 51", "  advert_int 0.1",
            "  virtual_ipaddress { \(Self.virtualAddress)/24 dev eth0 }", "}",
            "virtual_server \(Self.virtualAddress) 80 {", "  delay_loop \(Double(interval.milliseconds) / 1_000)",
            "  lb_algo rr", "  lb_kind DR", "  protocol TCP",
        ]
        for address in addresses() {
            lines += [
                "  real_server \(address) 80 {", "    weight 1", "    TCP_CHECK {",
                "      connect_timeout \(timeout)", "      retry 2", "      delay_before_retry \(timeout)", "    }",
                "  }",
            ]
        }
        lines.append("}")
        try File.write("\(host.directory)/keepalived.conf", lines.joined(separator: "\n") + "\n")
    }
}
