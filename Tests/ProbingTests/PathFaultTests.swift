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
            #expect(entry.verdict.evidence == "\(offender.ipv4) at \(offender.mac) answers ARP for \(Segment.virtual)")
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
                    let packet = ARPPacket(decoding: ethernet.payload), packet.targetAddress == Segment.virtual
                else { continue }
                senders.append(packet.senderAddress)
            }
            // The backup's kernel asks for itself, because it resets the answers to SYNs that it knows nothing of.
            let kernel = role == .backup ? senders.count { $0 == Segment.Member.director.ipv4 } : 0
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

    @Test(arguments: roles) func `a real server without the virtual address is a black hole`(
        role: Segment.Role
    ) throws {
        try NetworkNamespace.run {
            let segment = try Segment(role)
            segment.watch()
            for server in [Segment.Member.web1, .web2] {
                try segment.witness.wait(for: segment.path(server), .passing, isLasting: true)
            }
            try segment.on(.web1, "ip address del \(Segment.virtual)/32 dev lo")
            let hole = try segment.witness.wait(for: segment.path(.web1), .directRoutingBlackHole)
            #expect(hole.verdict.evidence.hasPrefix("192.0.2.11 is silent to a SYN for 192.0.2.100:80"))
            try segment.on(.web1, "ip address add \(Segment.virtual)/32 dev lo")
            try segment.witness.wait(for: segment.path(.web1), .passing)
            // The other one has the address and drops what comes for it.
            try segment.on(
                .web2,
                "nft add table drops && nft 'add chain drops in { type filter hook input priority 0; }'"
                    + " && nft add rule drops in ip daddr \(Segment.virtual) drop"
            )
            let drop = try segment.witness.wait(for: segment.path(.web2), .directRoutingBlackHole)
            #expect(drop.verdict.evidence.hasPrefix("192.0.2.12 is silent to a SYN for 192.0.2.100:80"))
            try segment.witness.wait(for: segment.path(.web1), .passing, isLasting: true)
            #expect(segment.witness.findings.isEmpty)
            segment.witness.stop()
        }
    }

    @Test(arguments: roles) func `a machine that is none of ours claims the virtual address`(
        role: Segment.Role
    ) throws {
        try NetworkNamespace.run {
            let segment = try Segment(role)
            segment.watch()
            try segment.on(.stranger, "ip address add \(Segment.virtual)/32 dev eth0")
            let expected = [segment.finding(.stranger, .answer)]
            #expect(expected.first?.reason == .addressClaimedByStranger)
            try segment.witness.waitForFindings { $0 == expected }
            try segment.witness.wait(for: segment.path(.web1), .passing, isLasting: true)
            segment.witness.stop()
        }
    }

    @Test func `full-sized frames do not pass to one of two real servers`() throws {
        try NetworkNamespace.run {
            let segment = try Segment(.backup)
            var settings = ProbeSettings()
            settings.kind = .icmpFullFrame
            settings.interval = .milliseconds(200)
            let targets = [Segment.Member.web1, .web2].map {
                ProbeTarget(settings.check(Endpoint(address: $0.address, port: 0)), settings)
            }
            try segment.on(.web1, "ip link set eth0 mtu 1400")
            segment.witness.post(
                ProbeDemand(interface: "eth0", virtualAddresses: [.v4(Segment.virtual)], targets: targets)
            )
            let entry = try segment.witness.wait(for: targets[0], .pathMTUTooSmall)
            #expect(entry.verdict.state == .down)
            try segment.witness.wait(for: targets[1], .passing, isLasting: true)
            segment.witness.stop()
        }
    }
}
