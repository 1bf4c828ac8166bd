import AgentCore
import AgentProtocol
import Glibc
import Linux
import Netlink
import Primitives
import SystemPackage
import TestNetwork
import Testing

@testable import AgentHost

/// What the agent does to a real kernel, in a namespace of its own; needs root, as the product does.
@Suite struct AgentHostTests {
    private static func prefixes() throws -> [String] {
        try HostedAgent.loopback().map { "\($0.prefix)" }.sorted()
    }

    /// A namespace with an interface, an address of somebody else on lo, and a directory for the state file.
    static func stage<Value: Sendable>(_ body: @escaping @Sendable (String) throws -> Value) throws -> Value {
        try NetworkNamespace.run {
            var template = Array("/tmp/tandem-agent-XXXXXX".utf8CString)
            let directory = template.withUnsafeMutableBufferPointer { buffer in
                buffer.baseAddress.flatMap { mkdtemp($0) }.map { String(cString: $0) } ?? ""
            }
            defer { try? NetworkNamespace.command("rm -r \(directory)") }
            try NetworkNamespace.command(
                "ip link add eth0 type veth peer name eth1 && ip address add 192.0.2.21/24 dev eth0"
                    + " && ip link set eth0 up && ip address add 203.0.113.9/32 dev lo"
            )
            return try body(directory)
        }
    }

    private static let started = ["127.0.0.1/8", "203.0.113.9/32", "::1/128"]
    private static let held = ["127.0.0.1/8", "192.0.2.10/32", "2001:db8::10/128", "203.0.113.9/32", "::1/128"]
    private static let pinned = ["192.0.2.10", "2001:db8::10"]

    @Test func `adds a marked host prefix with its local route, and silences ARP`() throws {
        try Self.stage { directory in
            let agent = try HostedAgent.start(directory: directory, pinned: Self.pinned)
            #expect(agent.effects.contains(.ready))
            #expect(try Self.prefixes() == Self.held)
            for address in try HostedAgent.loopback() {
                let isVIP = Self.pinned.contains("\(address.prefix.address)")
                #expect(address.isMarked == isVIP)
                if isVIP, address.prefix.address.family == .ipv4 {
                    #expect(address.scope == InterfaceAddress.hostScope)
                }
            }
            let vip = try #require(IPAddress("192.0.2.10"))
            #expect(try RouteSocket().route(to: vip).isLocal)
            #expect(try Sysctl.read("net/ipv4/conf/all/arp_ignore") == "1")
            #expect(try Sysctl.read("net/ipv4/conf/all/arp_announce") == "2")
        }
    }

    @Test func `repairs what somebody removed or widened at once, and a sysctl within a second`() throws {
        try Self.stage { directory in
            var agent = try HostedAgent.start(directory: directory, pinned: Self.pinned)
            try NetworkNamespace.command("ip address del 192.0.2.10/32 dev lo")
            try agent.run(.milliseconds(100))
            #expect(try Self.prefixes() == Self.held)
            try NetworkNamespace.command(
                "ip address del 192.0.2.10/32 dev lo; ip address add 192.0.2.10/24 dev lo"
                    + "; ip address del 2001:db8::10/128 dev lo"
            )
            try agent.run(.milliseconds(100))
            #expect(try Self.prefixes() == Self.held)
            try Sysctl.write("net/ipv4/conf/all/arp_ignore", "0")
            try Sysctl.write("net/ipv4/conf/eth0/arp_ignore", "3")
            try agent.run(.milliseconds(1_200))
            #expect(try Sysctl.read("net/ipv4/conf/all/arp_ignore") == "1")
            #expect(try Sysctl.read("net/ipv4/conf/eth0/arp_ignore") == "1")
        }
    }

    @Test func `a successor adopts what a killed agent left, and a release removes that and nothing else`() throws {
        try Self.stage { directory in
            do {
                // Dropped without a word, as by kill -9.
                _ = try HostedAgent.start(directory: directory, pinned: Self.pinned)
            }
            var agent = try HostedAgent.start(directory: directory, pinned: Self.pinned)
            let adopted = !agent.effects.contains { effect in
                if case .addAddress = effect { true } else { false }
            }
            #expect(adopted)
            try agent.take(.releaseRequested(deadline: .zero))
            try agent.run(.milliseconds(300))
            #expect(agent.effects.contains(.releaseFinished(complete: true)))
            #expect(try Self.prefixes() == Self.started)
            #expect(try Sysctl.read("net/ipv4/conf/all/arp_ignore") == "0")
            #expect(try Sysctl.read("net/ipv4/conf/all/arp_announce") == "0")
        }
    }

    @Test func `hears of a listener's death, and probes what listens`() throws {
        try Self.stage { _ in
            let host = try Host()
            let watch = try HostWatch()
            let target = try #require(Endpoint("127.0.0.1:8080"))
            let listener = try LocalRunTests.listen(port: 8080)
            #expect(
                host.observe(.listeners, addresses: [], directors: []).observation.listeners?.contains(target) == true
            )
            #expect(try LocalRunTests.outcome(.connect, port: 8080) == .connected)
            _ = watch.readListeners()
            close(listener)
            // A program that another test is about to start has the socket for a moment still.
            var heard = watch.readListeners()
            for _ in 0..<200 where heard.isEmpty {
                usleep(5_000)
                heard = watch.readListeners()
            }
            #expect(heard == .listeners)
            #expect(host.observe(.listeners, addresses: [], directors: []).observation.listeners == [])
            guard case .failed = try LocalRunTests.outcome(.connect, port: 8080) else {
                Issue.record("nobody listens")
                return
            }
        }
    }

    @Test func `the state file is replaced whole, and a torn one is told and not used`() throws {
        try Self.stage { directory in
            let file = StateFile(directory: directory)
            #expect(try file.load() == nil)
            var state = SavedState(bootIdentifier: try Host.bootIdentifier())
            state.previous[SysctlKey(interface: "eth0.100", name: .arpIgnore)] = 0
            try file.save(state)
            #expect(try file.load() == state)
            try NetworkNamespace.command("truncate -s 20 \(directory)/agent.state")
            #expect(throws: HostError.self) { try file.load() }
            #expect(throws: HostError.self) { try StateFile(directory: directory + "/absent").save(state) }
        }
    }

    @Test func `only the kernel's word that there is no route makes an address undelivered`() throws {
        for code in [Errno.networkUnreachable, .noRouteToHost, .invalidArgument, .permissionDenied] {
            #expect(Host.meansNoRoute(code))
        }
        for code in [Errno.notSupported, .addressFamilyNotSupported] {
            #expect(Host.meansNoRoute(code), "one IPv6 address without IPv6 would hide all others")
        }
        for code in [Errno.timedOut, .noBufferSpace, .interrupted, .noMemory, .badMessage] {
            #expect(!Host.meansNoRoute(code), "the address would be taken off for it")
        }
        try Self.stage { _ in
            let vip = try #require(IPAddress("192.0.2.10"))
            let (seen, problems) = try Host().observe(.addresses, addresses: [vip], directors: [])
            #expect(seen.addresses?.delivered == [] && problems.isEmpty)
            let far = try #require(IPAddress("198.51.100.1"))
            let (unreachable, none) = try Host().observe(.addresses, addresses: [far], directors: [])
            #expect(unreachable.addresses?.delivered == [] && none.isEmpty, "no route is no failure to look")
        }
    }
}
