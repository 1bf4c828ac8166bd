import Health
import Linux
import Primitives
import TestNetwork
import Testing
import VRRP

@testable import Probing

/// The faults that direct routing dies of, made in namespaces and named by what goes over the wire.
///
/// Each has a faulty real server beside a correct one, or a known fault beside what shall not be called one, so that
/// neither a finding about the wrong machine nor deafness can pass. What a real server sees of itself is in
/// `Faults that the agent names`.
@Suite(.serialized) struct `Path faults` {
    static let roles = Segment.Role.allCases

    @Test(arguments: ["lo", "eth0", "all"], roles)
    func `arp_ignore silences a real server on the interface or for all, and not on lo`(
        _ interface: String,
        role: Segment.Role,
    ) throws {
        try NetworkNamespace.run {
            let segment = try Segment(role)
            let isSilent = interface != "lo"
            try segment.on(
                .web1,
                "sysctl -qw net.ipv4.conf.all.arp_ignore=0 net.ipv4.conf.\(interface).arp_ignore=1"
            )
            // Where web1 is silent, web2 shows that the sentinel listens.
            if isSilent { try segment.on(.web2, "sysctl -qw net.ipv4.conf.all.arp_ignore=0") }
            let (offender, other): (Segment.Member, Segment.Member) = isSilent ? (.web2, .web1) : (.web1, .web2)
            segment.watch()
            let entry = try segment.witness.wait(for: segment.path(offender), .arpOffender)
            #expect(entry.verdict.evidence == segment.evidence(offender))
            try segment.witness.wait(for: segment.path(other), .passing, isLasting: true)
            let expected = [segment.finding(offender, .answer)]
            try segment.witness.waitForFindings { $0 == expected }
            #expect(try segment.witness.nextFindings(2) == [expected, expected])
            segment.witness.stop()
        }
    }

    @Test(arguments: roles) func `the sentinel's question claims nothing`(role: Segment.Role) throws {
        try NetworkNamespace.run {
            let segment = try Segment(role)
            let wire = try PacketSocket(
                interfaceIndex: Interface.named("eth0").index,
                etherType: PacketSocket.allTypes
            )
            segment.watch()
            #expect(try segment.witness.nextFindings(3) == [[], [], []])
            var senders: [IPv4Address] = []
            while let frame = try wire.receive() {
                guard let ethernet = EthernetFrame(decoding: frame.bytes),
                    ethernet.source == Segment.Member.director.mac,
                    let packet = ARPPacket(decoding: ethernet.payload), segment.virtual == .v4(packet.targetAddress)
                else { continue }
                senders.append(packet.senderAddress)
            }
            // The backup's kernel asks for itself, because it resets the answers to SYNs that it knows nothing of.
            let kernel = role == .backup ? senders.count { Segment.Member.director.address(.ipv4) == .v4($0) } : 0
            let unspecified = senders.count { $0 == IPv4Address(rawValue: 0) }
            #expect(unspecified >= 2)
            #expect(unspecified + kernel == senders.count, "\(senders)")
            segment.witness.stop()
        }
    }

    @Test(arguments: [0, 2], roles)
    func `a real server asks in the virtual address's name until arp_announce forbids it`(
        setting: Int,
        role: Segment.Role,
    ) throws {
        try NetworkNamespace.run {
            let segment = try Segment(role)
            try segment.on(.web1, "sysctl -qw net.ipv4.conf.all.arp_announce=\(setting)")
            // Where web1 keeps the rule, web2 shows that the sentinel listens.
            if setting == 2 { try segment.on(.web2, "sysctl -qw net.ipv4.conf.all.arp_announce=0") }
            segment.watch()
            for server in [Segment.Member.web1, .web2] {
                try segment.witness.wait(for: segment.path(server), .passing, isLasting: true)
            }
            try segment.sendFromVirtualAddress(.web1)
            try segment.sendFromVirtualAddress(.web2)
            let expected = [segment.finding(setting == 2 ? .web2 : .web1, .question)]
            #expect(expected.first?.reason == .arpAnnounceUnsafe)
            try segment.witness.waitForFindings { $0 == expected }
            #expect(try segment.witness.nextFindings(2) == [expected, expected])
            segment.witness.stop()
        }
    }

    @Test(arguments: roles, AddressFamily.allCases)
    func `a real server without the virtual address is a black hole`(
        role: Segment.Role,
        family: AddressFamily,
    ) throws {
        try NetworkNamespace.run {
            let segment = try Segment(role, family)
            let (web1, web2) = (Segment.Member.web1, Segment.Member.web2)
            func evidence(_ server: Segment.Member) -> String {
                "\(server.address(family)) is silent to a SYN for \(Endpoint(address: segment.virtual, port: 80))"
            }
            segment.watch()
            for server in [web1, web2] {
                try segment.witness.wait(for: segment.path(server), .passing, isLasting: true)
            }
            try segment.on(web1, "ip address del \(segment.prefix) dev lo")
            let hole = try segment.witness.wait(for: segment.path(web1), .directRoutingBlackHole)
            #expect(hole.verdict.evidence.hasPrefix(evidence(web1)), "\(hole.verdict.evidence)")
            try segment.add(to: web1, "lo")
            try segment.witness.wait(for: segment.path(web1), .passing)
            // The other one has the address and drops what comes for it.
            let match = family == .ipv4 ? "ip" : "ip6"
            try segment.on(
                web2,
                "nft add table inet drops && nft 'add chain inet drops in { type filter hook input priority 0; }'"
                    + " && nft add rule inet drops in \(match) daddr \(segment.virtual) drop"
            )
            let drop = try segment.witness.wait(for: segment.path(web2), .directRoutingBlackHole)
            #expect(drop.verdict.evidence.hasPrefix(evidence(web2)), "\(drop.verdict.evidence)")
            try segment.witness.wait(for: segment.path(web1), .passing, isLasting: true)
            #expect(segment.witness.findings.isEmpty)
            segment.witness.stop()
        }
    }

    @Test(arguments: roles, AddressFamily.allCases)
    func `a real server on which nobody listens has the virtual address and refuses`(
        role: Segment.Role,
        family: AddressFamily,
    ) throws {
        try NetworkNamespace.run {
            let segment = try Segment(role, family)
            let (web1, web2) = (Segment.Member.web1, Segment.Member.web2)
            let port: UInt16 = 81
            try segment.serve(port, on: web2)
            segment.watch(ports: [80, port])
            let closed = segment.path(web1, port: port)
            let refusal = try segment.witness.wait(for: closed, .directPathRefused)
            #expect(refusal.verdict.state == .down)
            let endpoint = Endpoint(address: segment.virtual, port: port)
            #expect(refusal.verdict.evidence == "\(web1.address(family)) answers a SYN for \(endpoint) by RST")
            #expect(try segment.witness.nextFindings(3) == [[], [], []])
            // The other port shows that web1 has the address.
            for path in [segment.path(web1), segment.path(web2), segment.path(web2, port: port)] {
                try segment.witness.wait(for: path, .passing, isLasting: true)
            }
            try segment.serve(port, on: web1)
            try segment.witness.wait(for: closed, .passing)
            #expect(segment.witness.findings.isEmpty)
            segment.witness.stop()
        }
    }

    @Test(arguments: roles, AddressFamily.allCases)
    func `a machine that is none of ours claims the virtual address`(
        role: Segment.Role,
        family: AddressFamily,
    ) throws {
        try NetworkNamespace.run {
            let segment = try Segment(role, family)
            segment.watch()
            try segment.add(to: .stranger, "eth0")
            let expected = [segment.finding(.stranger, .answer)]
            #expect(expected.first?.reason == .addressClaimedByStranger)
            try segment.witness.waitForFindings { $0 == expected }
            try segment.witness.wait(for: segment.path(.web1), .passing, isLasting: true)
            segment.witness.stop()
        }
    }

    @Test(arguments: roles)
    func `over IPv6 lo is silent, an interface is too once the address is found to be taken, and else it answers`(
        role: Segment.Role
    ) throws {
        try NetworkNamespace.run {
            let segment = try Segment(role, .ipv6)
            segment.watch()
            let (web1, web2) = (Segment.Member.web1, Segment.Member.web2)
            for server in [web1, web2] {
                try segment.witness.wait(for: segment.path(server), .passing, isLasting: true)
            }
            #expect(try segment.witness.nextFindings(3) == [[], [], []])
            // Duplicate address detection finds the Active Router.
            try segment.on(
                web1,
                "ip address add \(segment.prefix) dev eth0; for i in $(seq 50); do"
                    + " ip -6 address show dev eth0 dadfailed tentative | grep -q \(segment.virtual) && exit 0;"
                    + " sleep 0.1; done; exit 1"
            )
            #expect(try segment.witness.nextFindings(3) == [[], [], []])
            try segment.add(to: web2, "eth0")
            let entry = try segment.witness.wait(for: segment.path(web2), .arpOffender)
            #expect(entry.verdict.evidence == segment.evidence(web2))
            let expected = [segment.finding(web2, .answer)]
            try segment.witness.waitForFindings { $0 == expected }
            try segment.witness.wait(for: segment.path(web1), .passing, isLasting: true)
            segment.witness.stop()
        }
    }

    @Test(arguments: roles) func `over IPv6 an advertisement that nobody asked for is a claim`(
        role: Segment.Role
    ) throws {
        try NetworkNamespace.run {
            let segment = try Segment(role, .ipv6)
            segment.watch()
            for server in [Segment.Member.web1, .web2] {
                try segment.witness.wait(for: segment.path(server), .passing, isLasting: true)
            }
            let target = try #require(segment.virtual.ipv6)
            let advertisement = NeighbourAdvertisement(target: target, mac: Segment.Member.web1.mac).frame()
            try segment.sendFrame(advertisement, from: .web1)
            #expect(try segment.witness.nextFindings(2) == [[], []], "one proves nothing")
            try segment.sendFrame(advertisement, from: .web1)
            let expected = [segment.finding(.web1, .answer)]
            try segment.witness.waitForFindings { $0 == expected }
            segment.witness.stop()
        }
    }

    @Test(arguments: roles, AddressFamily.allCases)
    func `a real server whose path nobody probes is named all the same`(
        role: Segment.Role,
        family: AddressFamily,
    ) throws {
        // No path is probed at all, or only the other one's.
        let probings: [[Segment.Member]] = [[], [.web1]]
        for probed in probings {
            try NetworkNamespace.run {
                let segment = try Segment(role, family)
                switch family {
                case .ipv4: try segment.on(.web2, "sysctl -qw net.ipv4.conf.all.arp_ignore=0")
                case .ipv6: try segment.add(to: .web2, "eth0")
                }
                segment.watch(probing: probed)
                try segment.witness.waitForFindings { !$0.isEmpty }
                let expected = [segment.finding(.web2, .answer)]
                #expect(expected.first?.reason == .arpOffender)
                #expect(segment.witness.findings == expected, "it is called a stranger at no time")
                #expect(try segment.witness.nextFindings(2) == [expected, expected])
                segment.witness.stop()
            }
        }
    }

    @Test(arguments: roles)
    func `a stranger is one too where no path is probed, and who is right is not named`(role: Segment.Role) throws {
        try NetworkNamespace.run {
            let segment = try Segment(role)
            segment.watch(probing: [])
            #expect(try segment.witness.nextFindings(4) == [[], [], [], []])
            try segment.add(to: .stranger, "eth0")
            let expected = [segment.finding(.stranger, .answer)]
            try segment.witness.waitForFindings { $0 == expected }
            // The sentinel finds the interface again that it lost.
            try NetworkNamespace.command("ip link set eth0 down")
            try segment.witness.waitForFindings(\.isEmpty)
            try NetworkNamespace.command("ip link set eth0 up")
            try segment.witness.waitForFindings { $0 == expected }
            segment.witness.stop()
        }
    }

    @Test(arguments: AddressFamily.allCases)
    func `full-sized frames do not pass to one of two real servers`(family: AddressFamily) throws {
        try NetworkNamespace.run {
            let segment = try Segment(.backup, family)
            var settings = ProbeSettings()
            settings.kind = .icmpFullFrame
            settings.interval = .milliseconds(200)
            let targets = [Segment.Member.web1, .web2].map {
                ProbeTarget(settings.check(Endpoint(address: $0.address(family), port: 0)), settings)
            }
            try segment.on(.web1, "ip link set eth0 mtu 1400")
            segment.witness.post(
                ProbeDemand(interface: "eth0", virtualAddresses: [segment.virtual], targets: targets)
            )
            let entry = try segment.witness.wait(for: targets[0], .pathMTUTooSmall)
            #expect(entry.verdict.state == .down)
            try segment.witness.wait(for: targets[1], .passing, isLasting: true)
            segment.witness.stop()
        }
    }
}
