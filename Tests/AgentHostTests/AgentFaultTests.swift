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
    /// A node whose agent holds 192.0.2.10 and 2001:db8::10, after some commands.
    private static func node<Value: Sendable>(
        _ commands: [String] = [],
        directors: [AgentSettings.Director] = [],
        _ body: @escaping @Sendable (inout HostedAgent) throws -> Value,
    ) throws -> Value {
        try AgentHostTests.stage { directory in
            for command in commands { try NetworkNamespace.command(command) }
            let pinned = ["192.0.2.10", "2001:db8::10"]
            var agent = try HostedAgent.start(directory: directory, pinned: pinned) { $0.directors = directors }
            return try body(&agent)
        }
    }

    /// What the agent told of a kind of fact, from its start on.
    private static func told(_ agent: borrowing HostedAgent, _ kind: FactKind) -> [Fact] {
        agent.effects.compactMap { effect in
            guard case .log(.fact(let fact, _)) = effect, fact.kind == kind else { return nil }
            return fact
        }
    }

    /// What the agent called violated.
    private static func named(_ agent: borrowing HostedAgent, _ kind: FactKind) -> [String] {
        told(agent, kind).filter { $0.verdict == .violated }.map(\.evidence)
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

    @Test(arguments: ["192.0.2.10/32", "2001:db8::10/128"])
    func `the address gone from lo, without which the node is a black hole`(text: String) throws {
        try Self.node { agent in
            let prefix = try #require(Prefix(text))
            // The start's own news is over: the agent came to a node that had none of the addresses.
            try agent.run(.milliseconds(100))
            let before = Self.told(agent, .vipBound).count
            try NetworkNamespace.command("ip address del \(prefix) dev lo")
            #expect(try !HostedAgent.loopback().map(\.prefix).contains(prefix))
            try agent.run(.milliseconds(100))
            let news = Self.told(agent, .vipBound).dropFirst(before).map(\.description)
            let name = "vip-bound of \(prefix.address)"
            #expect(news == ["\(name) violated: not on lo", "\(name) holds: \(prefix) on lo"])
            #expect(try HostedAgent.loopback().map(\.prefix).contains(prefix))
        }
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
        try Self.node(["ip link set eth1 up"]) { agent in
            let option = address.contains(":") ? "nodad" : ""
            try NetworkNamespace.command("ip address add \(address) dev eth0 \(option)")
            try agent.run(.milliseconds(100))
            #expect(Self.named(agent, .arpSilent).last == "\(address) on eth0, which answers for it")
        }
    }

    @Test(arguments: [false, true])
    func `an IPv6 address on the interface only once that answers for it, not while it is in doubt or another's`(
        isTaken: Bool
    ) throws {
        try Self.node { agent in
            let prefix = try #require(Prefix("2001:db8::10/128"))
            // Without its cable the interface cannot find out whether the address is another machine's.
            if isTaken {
                let other = try Machine()
                try NetworkNamespace.command("ip link set eth1 netns \(other.number)")
                try other.command("ip link set eth1 up && ip address add \(prefix) dev eth1 nodad")
            }
            try NetworkNamespace.command(
                "ip address add \(prefix) dev eth0; for i in $(seq 50); do"
                    + " ip -6 address show dev eth0 \(isTaken ? "dadfailed" : "tentative")"
                    + " | grep -q \(prefix.address) && exit 0; sleep 0.1; done; exit 1"
            )
            try agent.run(.milliseconds(100))
            let early = Self.told(agent, .arpSilent)
            #expect(early.allSatisfy { $0.subject == .node }, "\(early)")
            try NetworkNamespace.command(
                isTaken
                    ? "ip address del \(prefix) dev eth0 && ip address add \(prefix) dev eth0 nodad"
                    : "ip link set eth1 up"
            )
            let expected = "\(prefix) on eth0, which answers for it"
            for _ in 0..<50 where Self.named(agent, .arpSilent).last != expected {
                try agent.run(.milliseconds(100))
            }
            #expect(Self.named(agent, .arpSilent).last == expected)
        }
    }

    @Test func `the default route that address translation needs, which direct routing forbids`() throws {
        try Self.node(["ip link set eth1 up", "ip route add default via 192.0.2.10"]) { agent in
            try agent.run(.milliseconds(100))
            #expect(Self.named(agent, .reversePathOK) == ["default via 192.0.2.10 dev eth0, which is a director"])
        }
    }

    @Test func `the default route by a director's own address, until it is by a router`() throws {
        let key = try #require(KeyFingerprint(bytes: [UInt8](repeating: 1, count: 32)))
        let director = AgentSettings.Director(name: "lb1", fingerprint: key)
        try Self.node(["ip link set eth1 up"], directors: [director]) { agent in
            let remote = try #require(IPAddress("192.0.2.2"))
            // Nobody says Hello, so that the link ends in between, and the address counts all the same.
            try agent.take(.linkOpened(connection: 1, director: director.fingerprint, remote: remote))
            #expect(Self.told(agent, .reversePathOK).isEmpty)
            // Nothing announces a route: the agent looks every 800 ms.
            try NetworkNamespace.command("ip route add default via \(remote)")
            try agent.run(.milliseconds(1_200))
            try NetworkNamespace.command("ip route replace default via 192.0.2.1")
            try agent.run(.milliseconds(1_200))
            let expected = [
                "reverse-path-ok of node violated: default via 192.0.2.2 dev eth0, which is a director",
                "reverse-path-ok of node holds: default via 192.0.2.1 dev eth0",
            ]
            #expect(Self.told(agent, .reversePathOK).map(\.description) == expected)
        }
    }
}
