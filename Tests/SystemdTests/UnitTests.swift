import Foundation
import Testing

/// Holds the units to systemd's own judgement, with systemd's own tools.
@Suite struct UnitTests {
    static let repository = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()
    static let units = repository.appending(path: "deploy/systemd")

    private func run(_ tool: String, _ arguments: [String]) throws -> (status: Int32, output: String) {
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = [tool] + arguments
        var environment = ProcessInfo.processInfo.environment
        environment["SYSTEMD_COLORS"] = "0"
        environment["LC_ALL"] = "C.UTF-8"
        process.environment = environment
        let pipe = Pipe()
        process.standardOutput = pipe
        process.standardError = pipe
        try process.run()
        let output = pipe.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        return (process.terminationStatus, String(decoding: output, as: UTF8.self))
    }

    private func verify(_ edit: (String) -> String = { $0 }) throws -> (status: Int32, output: String) {
        let root = FileManager.default.temporaryDirectory.appending(path: "tandem-units-\(UUID())")
        defer { try? FileManager.default.removeItem(at: root) }
        let system = root.appending(path: "etc/systemd/system")
        for directory in ["etc/systemd/system", "usr/sbin", "bin", "usr/lib/systemd/system"] {
            let url = root.appending(path: directory)
            try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
        }
        // The programs need not be installed for their units to be right.
        for program in ["usr/sbin/tandem-agent", "usr/sbin/tandem-director", "bin/true", "bin/kill"] {
            let path = root.appending(path: program).path
            let attributes: [FileAttributeKey: Any] = [.posixPermissions: 0o755]
            #expect(
                FileManager.default.createFile(atPath: path, contents: Data("#!/bin/sh\n".utf8), attributes: attributes)
            )
        }
        let names = ["tandem-agent.service", "tandem-director.service", "tandem-agent-drain.service"]
        for name in names + ["tandem-agent-drain@.service"] {
            let text = try String(contentsOf: Self.units.appending(path: name), encoding: .utf8)
            try edit(text).write(to: system.appending(path: name), atomically: true, encoding: .utf8)
        }
        let targets = try FileManager.default.contentsOfDirectory(atPath: "/usr/lib/systemd/system")
        for target in targets where target.hasSuffix(".target") {
            let from = URL(filePath: "/usr/lib/systemd/system/\(target)").resolvingSymlinksInPath()
            try? FileManager.default.copyItem(at: from, to: root.appending(path: "usr/lib/systemd/system/\(target)"))
        }
        let verified = names + ["tandem-agent-drain@nginx.service"]
        return try run("systemd-analyze", ["verify", "--man=no", "--root=\(root.path)"] + verified)
    }

    @Test func `systemd finds nothing wrong with the units`() throws {
        let result = try verify()
        #expect(result.output == "")
        #expect(result.status == 0)
    }

    @Test func `systemd would have found a wrong word or a missing program`() throws {
        let word = try verify { $0.replacing("WatchdogSec=", with: "WatchdogSecs=") }
        #expect(word.output.contains("Unknown key 'WatchdogSecs'"))
        let program = try verify { $0.replacing("/usr/sbin/tandem-director run", with: "/usr/sbin/tandem-directr run") }
        #expect(program.output.contains("tandem-directr is not executable"))
        #expect(program.status != 0)
    }

    @Test(arguments: [("tandem-agent", 2.0), ("tandem-director", 2.3), ("tandem-agent-drain", 1.5)])
    func `a unit is sandboxed as far as it can be`(unit: String, limit: Double) throws {
        let path = Self.units.appending(path: "\(unit).service").path
        let result = try run("systemd-analyze", ["security", "--offline=true", "--no-pager", path])
        let line = try #require(result.output.split(separator: "\n").last { $0.contains("Overall exposure level") })
        let words = line.split(separator: " ")
        let exposure = try #require(words.compactMap { Double($0) }.first)
        #expect(exposure <= limit)
        #expect(exposure > 0)
    }

    @Test func `the agent has no privilege but CAP_NET_ADMIN, the director two more`() throws {
        let agent = try settings("tandem-agent.service")
        #expect(agent["AmbientCapabilities"] == ["CAP_NET_ADMIN"])
        #expect(agent["CapabilityBoundingSet"] == ["CAP_NET_ADMIN"])
        let director = try settings("tandem-director.service")
        #expect(director["AmbientCapabilities"] == ["CAP_NET_ADMIN CAP_NET_RAW CAP_NET_BIND_SERVICE"])
        #expect(director["CapabilityBoundingSet"] == ["CAP_NET_ADMIN CAP_NET_RAW CAP_NET_BIND_SERVICE"])
        for unit in [agent, director] {
            #expect(unit["User"] == ["tandem"])
            #expect(unit["Type"] == ["notify"])
            #expect(unit["Restart"] == ["always"])
            #expect(unit["RestartSec"] == ["0"])
            #expect(unit["StartLimitIntervalSec"] == ["0"])
            #expect(unit["WatchdogSec"]?.isEmpty == false)
        }
        #expect(director["ExecStopPost"] == ["/usr/sbin/tandem-director release-addresses --unless-restarting"])
        // As root: systemd's own socket, which knows of the restart, is root's alone.
        #expect(director["ExecStop"] == ["-+/usr/sbin/tandem-director prepare-restart --if-restarting %n"])
    }

    @Test func `the drain ends before the web server and the network do`() throws {
        let drain = try settings("tandem-agent-drain.service")
        let after = Set((drain["After"] ?? []).flatMap { $0.split(separator: " ") })
        let earlier: Set<Substring> = ["nginx.service", "apache2.service", "haproxy.service", "tandem-agent.service"]
        #expect(earlier.isSubset(of: after))
        #expect(after.contains("network-online.target"))
        #expect(drain["ExecStop"] == ["/usr/sbin/tandem-agent release"])
        #expect(drain["RemainAfterExit"] == ["yes"])
        // A restart of the agent must not stop the drain unit, which would release the addresses.
        #expect(drain["Requires"] == nil)
        #expect(drain["BindsTo"] == nil)
        #expect(drain["PartOf"] == nil)
    }

    @Test func `the drain of one service is stopped with it and before it, and never makes it fail`() throws {
        let drain = try settings("tandem-agent-drain@.service")
        // A unit that is part of another is stopped and restarted with it; what started later is stopped first.
        #expect(drain["PartOf"] == ["%i.service"])
        #expect(drain["After"] == ["%i.service tandem-agent.service"])
        #expect(drain["WantedBy"] == ["%i.service"])
        #expect(drain["RemainAfterExit"] == ["yes"])
        #expect(drain["ExecStop"] == ["-/usr/sbin/tandem-agent drain --unit %i.service"])
        #expect(drain["ExecStart"] == ["/usr/sbin/tandem-agent resume --unit %i.service"])
        // An agent that is away when the service starts would keep the drain for ever.
        #expect(drain["Restart"] == ["on-failure"] && drain["StartLimitIntervalSec"] == ["0"])
        #expect(drain["Requires"] == nil && drain["BindsTo"] == nil)
        let reboot = try settings("tandem-agent-drain.service")
        let own: Set<String> = ["After", "Wants", "PartOf", "Description", "ExecStart", "ExecStop", "WantedBy"]
        for (key, value) in reboot where !own.contains(key) { #expect(drain[key] == value, "\(key)") }
    }

    private func settings(_ name: String) throws -> [String: [String]] {
        let text = try String(contentsOf: Self.units.appending(path: name), encoding: .utf8)
        var result: [String: [String]] = [:]
        for line in text.split(separator: "\n") where !line.hasPrefix("#") {
            let parts = line.split(separator: "=", maxSplits: 1)
            if parts.count == 2 { result[String(parts[0]), default: []].append(String(parts[1])) }
        }
        return result
    }
}
