import Balancing
import Dataplane
import DirectorCore
import Linux
import Primitives
import TestNetwork
import Testing

@Suite struct SystemCheckTests {
    static let settings = DataplaneSettings(interface: "lan0")

    static func prepare() throws {
        try NetworkNamespace.command("ip link add lan0 type veth peer name lan1 && ip link set lan0 up")
        try Sysctl.write("net/ipv4/ip_forward", "1")
        for scope in ["all", "default", "lan0"] { try Sysctl.write("net/ipv4/conf/\(scope)/send_redirects", "1") }
    }

    /// The findings that do not depend on whether the kernel has ip_vs.
    static func stable(_ findings: [SystemFinding]) -> [String] {
        findings.filter { !$0.name.hasPrefix("net/ipv4/vs/") }
            .map { "\($0.name) \($0.found) \($0.outcome.rawValue)" }
    }

    @Test func `repairs what direct routing needs, says so, and then finds nothing`() throws {
        let (first, second, value) = try NetworkNamespace.run {
            try Self.prepare()
            let first = SystemCheck.run(Self.settings)
            return (first, SystemCheck.run(Self.settings), try Sysctl.read("net/ipv4/conf/lan0/send_redirects"))
        }
        #expect(
            Self.stable(first) == [
                "net/ipv4/ip_forward 1 repaired", "net/ipv4/conf/all/send_redirects 1 repaired",
                "net/ipv4/conf/default/send_redirects 1 repaired", "net/ipv4/conf/lan0/send_redirects 1 repaired",
                "net/ipv4/conf/lan0/arp_ignore 0 repaired",
            ]
        )
        #expect(Self.stable(second).isEmpty)
        #expect(value == "0")
    }

    @Test func `looks at the interfaces of the virtual routers too, where the clients' frames come in`() throws {
        let findings = try NetworkNamespace.run {
            try Self.prepare()
            try NetworkNamespace.command("ip link set lan1 up")
            try Sysctl.write("net/ipv4/conf/lan1/send_redirects", "1")
            var settings = Self.settings
            settings.routerInterfaces = ["lan1", "lan0", "lan1"]
            return SystemCheck.run(settings)
        }
        #expect(Self.stable(findings).count { $0.contains("/lan0/") } == 2)
        #expect(
            Self.stable(findings).filter { $0.contains("/lan1/") } == [
                "net/ipv4/conf/lan1/send_redirects 1 repaired", "net/ipv4/conf/lan1/arp_ignore 0 repaired",
            ]
        )
    }

    @Test func `leaves forwarding alone where something else needs it, and says so`() throws {
        let (findings, value) = try NetworkNamespace.run {
            try Self.prepare()
            let settings = DataplaneSettings(interface: "lan0", disablesForwarding: false)
            return (SystemCheck.run(settings), try Sysctl.read("net/ipv4/ip_forward"))
        }
        #expect(Self.stable(findings).first == "net/ipv4/ip_forward 1 reported")
        #expect(findings.first?.isAdvisory == true)
        #expect(value == "1")
    }

    @Test func `a dry run writes nothing`() throws {
        let (findings, value) = try NetworkNamespace.run {
            try Self.prepare()
            let findings = SystemCheck.run(Self.settings, dryRun: true)
            return (findings, try Sysctl.read("net/ipv4/conf/lan0/send_redirects"))
        }
        #expect(Self.stable(findings).count == 5)
        #expect(findings.allSatisfy { $0.outcome == .planned || $0.outcome == .absent })
        #expect(value == "1")
    }

    @Test func `an interface that is missing is a finding`() throws {
        let findings = try NetworkNamespace.run { SystemCheck.run(Self.settings) }
        let finding = findings.first { $0.name == "net/ipv4/conf/lan0/send_redirects" }
        #expect(finding?.outcome == .absent)
        #expect(!DataplaneReport(at: Clock.now, findings: findings).isSystemReady)
    }

    @Test func `the thread looks at once, turns by itself and ends when it is told`() throws {
        let reports = try Mailbox<DataplaneReport>(capacity: 16, whenFull: .dropOldest)
        let thread = try DataplaneThread.start(DataplaneSettings(interface: "no-such-lan", disablesForwarding: false)) {
            reports.post($0)
        }
        var reactor = try Reactor()
        try reactor.add(reports.descriptor, token: 0, interest: .read)
        let deadline = Clock.now + .seconds(20)
        var found: [DataplaneReport] = []
        while found.count < 2, Clock.now < deadline {
            _ = try reactor.wait(until: deadline)
            found += reports.drain()
        }
        #expect(found.count >= 2)
        #expect(found.allSatisfy { !$0.isConverged && $0.applied.isEmpty }, "nothing was desired yet")
        thread.post(.stop(clear: false))
        while !thread.isStopped, Clock.now < deadline { _ = try reactor.wait(until: Clock.now + .milliseconds(5)) }
        #expect(thread.isStopped)
        #expect(thread.completedTurns >= 1)
    }
}
