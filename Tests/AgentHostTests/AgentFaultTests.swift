import AgentCore
import AgentProtocol
import Glibc
import Linux
import Netlink
import Primitives
import TestNetwork
import Testing

/// The faults that direct routing dies of, made in a namespace and named by the agent that is there.
///
/// Its link names the node. What shows on the wire is in `Path faults`.
@Suite struct `Faults that the agent names` {
    /// A node whose agent holds 192.0.2.10, after some commands.
    private static func node<Value: Sendable>(
        _ commands: [String] = [],
        _ body: @escaping @Sendable (inout HostedAgent) throws -> Value,
    ) throws -> Value {
        try AgentHostTests.stage { directory in
            for command in commands { try NetworkNamespace.command(command) }
            var agent = try HostedAgent.start(directory: directory, pinned: ["192.0.2.10", "2001:db8::10"])
            return try body(&agent)
        }
    }

    /// What the agent called violated.
    private static func named(_ agent: borrowing HostedAgent, _ kind: FactKind) -> [String] {
        agent.effects.compactMap { effect in
            guard case .log(.fact(let fact, _)) = effect, fact.kind == kind, fact.verdict == .violated else {
                return nil
            }
            return fact.evidence
        }
    }

    @Test(arguments: [("all.arp_ignore=0", FactKind.arpSilent), ("all.arp_announce=0", .arpAnnounce)])
    func `a setting by which ARP says too much, be lo as it likes`(setting: String, kind: FactKind) throws {
        let evidence = try Self.node { agent in
            let name = setting.split(separator: ".").last?.split(separator: "=").first ?? ""
            try NetworkNamespace.command("sysctl -qw net.ipv4.conf.lo.\(name)=2 net.ipv4.conf.\(setting)")
            try agent.run(.milliseconds(1_200))
            return Self.named(agent, kind)
        }
        // The first is the node's as the agent found it.
        let name = kind == .arpSilent ? "arp_ignore" : "arp_announce"
        #expect(evidence == ["\(name): all=0, eth0=0", "\(name): all=0, eth0=0"])
    }

    @Test func `the address as a network, by which the whole LAN becomes local`() throws {
        try Self.node { agent in
            let neighbour = try #require(IPAddress("192.0.2.55"))
            try NetworkNamespace.command(
                "ip address del 192.0.2.10/32 dev lo; ip address add 192.0.2.10/24 dev lo"
            )
            #expect(try RouteSocket().route(to: neighbour).isLocal)
            try agent.run(.milliseconds(100))
            #expect(Self.named(agent, .prefixExact) == ["192.0.2.10/24 on lo"])
            #expect(try !RouteSocket().route(to: neighbour).isLocal)
        }
    }

    @Test(arguments: ["192.0.2.10/32", "2001:db8::10/128"])
    func `the address on the interface, whose ARP no setting silences`(address: String) throws {
        try Self.node { agent in
            try NetworkNamespace.command("ip address add \(address) dev eth0")
            try agent.run(.milliseconds(100))
            #expect(Self.named(agent, .arpSilent).last == "\(address) on eth0, which answers for it")
        }
    }

    @Test func `the default route that address translation needs, which direct routing forbids`() throws {
        try Self.node(["ip link set eth1 up", "ip route add default via 192.0.2.10"]) { agent in
            try agent.run(.milliseconds(100))
            #expect(Self.named(agent, .reversePathOK) == ["default via 192.0.2.10 dev eth0, which is a director"])
        }
    }
}
