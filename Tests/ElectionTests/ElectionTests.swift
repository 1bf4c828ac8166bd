import Addresses
import DirectorCore
import Election
import Linux
import Netlink
import Primitives
import TestNetwork
import Testing
import VRRP

extension Tag {
    @Tag static var kernel: Self
}

/// The election on real sockets and real addresses, each test in a network namespace of its own.
@Suite(.tags(.kernel), .serialized)
struct ElectionTests {
    @Test func `claims an address on an idle link, announces it, and gives it back`() throws {
        try NetworkNamespace.run {
            let stage = try Stage()
            try stage.wait("the address") { try stage.held() != nil }
            let address = try stage.held()
            #expect(address?.prefix.length == 24)
            #expect(address?.protocolTag == OwnershipMark.protocolTag)
            try stage.wait("four announcements") { stage.claims.count >= 4 }
            let mac = try Interface.named("eth0").mac
            #expect(stage.claims.allSatisfy { $0.senderMAC == mac && $0.operation == .request })
            try stage.wait("advertisements") { stage.advertisements.count >= 5 }
            #expect(stage.advertisements.allSatisfy { $0 == Advertisement(of: Stage.settings, priority: 100) })
            stage.election.post(.stop)
            try stage.wait("the end") { stage.isStopped }
            #expect(try stage.held() == nil)
            try stage.wait("priority 0") { stage.advertisements.last?.priority == 0 }
            #expect(stage.election.health.sendFailures == 0)
            #expect(stage.election.completedTurns > 0)
        }
    }

    @Test func `yields to a higher priority and takes over once it falls silent`() throws {
        try NetworkNamespace.run {
            let stage = try Stage()
            try stage.wait("the address") { try stage.held() != nil }
            try stage.advertise(200)
            try stage.wait("the removal") { try stage.held() == nil }
            try stage.wait("the report") { stage.router?.state == .backup }
            #expect(stage.router?.activeRouter == Stage.peer)
            // Taken before the frame leaves: a test that is held up in between would see the takeover too early.
            var silence = Clock.now
            for _ in 0..<10 {
                try stage.pass(.milliseconds(100))
                silence = Clock.now
                try stage.advertise(200)
            }
            #expect(stage.router?.state == .backup)
            try stage.wait("the takeover") { stage.router?.state == .active }
            let waited = Clock.now - silence
            #expect(waited >= .milliseconds(355) && waited < .milliseconds(1_000), "\(waited)")
            try stage.wait("the address") { try stage.held() != nil }
            try stage.advertise(200)
            try stage.wait("the removal") { try stage.held() == nil }
            try stage.wait("the report") { stage.router?.state == .backup }
            try stage.advertise(0)
            let resignation = Clock.now
            try stage.wait("the takeover after priority 0") { stage.router?.state == .active }
            #expect(Clock.now - resignation < .milliseconds(300))
            #expect(stage.router?.reason == .activeRouterGaveUp)
        }
    }

    @Test func `puts back what somebody else removed`() throws {
        try NetworkNamespace.run {
            let stage = try Stage()
            try stage.wait("the address") { try stage.held() != nil }
            try stage.wait("the report") { stage.router?.addresses.first?.isHeld == true }
            try NetworkNamespace.command("ip address del 192.0.2.100/24 dev eth0")
            let start = Clock.now
            try stage.wait("the repair") { try stage.held() != nil }
            #expect(Clock.now - start < .milliseconds(500))
            try stage.wait("the count") { stage.report?.addressRepairs == 1 }
        }
    }

    @Test func `keeps a found address silently until somebody is heard`() throws {
        try NetworkNamespace.run {
            var settings = Stage.settings
            settings.advertisementInterval = .seconds(1)
            let stage = try Stage(settings, prepare: ["ip address add 192.0.2.100/24 dev eth0"])
            try stage.wait("the finding") { stage.router?.findings == [.keepingFoundAddress] }
            try stage.pass(.milliseconds(200))
            #expect(try stage.held() != nil)
            #expect(stage.advertisements.isEmpty && stage.claims.isEmpty)
            try stage.advertise(50)
            try stage.wait("the removal") { try stage.held() == nil }
            #expect(stage.claims.isEmpty)
        }
    }

    @Test func `a lost carrier ends the claim and a new one begins the election again`() throws {
        try NetworkNamespace.run {
            let stage = try Stage()
            try stage.wait("the address") { try stage.held() != nil }
            try NetworkNamespace.command("ip link set peer0 down")
            try stage.wait("the end of the claim") { stage.router?.state == .initialize }
            try stage.wait("the removal") { try stage.held() == nil }
            try stage.wait("the finding") { stage.router?.findings == [.interfaceUnusable(.noCarrier)] }
            try NetworkNamespace.command("ip link set peer0 up")
            try stage.wait("the address") { try stage.held() != nil }
        }
    }

    @Test func `answers another machine's claim in ARP`() throws {
        try NetworkNamespace.run {
            let stage = try Stage()
            try stage.wait("the burst") { stage.claims.count >= 4 }
            let before = stage.claims.count
            try stage.wire.send(ARPPacket.gratuitous(IPv4Address(192, 0, 2, 100), at: Stage.peerMAC).frame())
            try stage.wait("the answer", within: .milliseconds(500)) { stage.claims.count > before }
            try stage.wait("the finding") { stage.router?.findings.isEmpty == false }
            guard case .addressConflict(let conflict) = stage.router?.findings.first else {
                Issue.record("no conflict")
                return
            }
            #expect(conflict.mac == Stage.peerMAC)
        }
    }

    @Test func `says what it asked of the scheduler and what was refused`() throws {
        try NetworkNamespace.run {
            let stage = try Stage()
            try stage.wait("the address") { try stage.held() != nil }
            #expect(stage.election.notes?.wantsRealTime == true)
            #expect(stage.election.health.socketFailures.isEmpty)
            #expect(stage.addresses.failure == nil)
        }
    }

    @Test func `elects over IPv6 with link-local source and neighbour advertisements`() throws {
        try NetworkNamespace.run {
            var settings = Stage.settings
            settings.addresses = Stage.addresses6
            let stage = try Stage(settings, prepare: Stage.linkLocal)
            try stage.wait("advertisements") { stage.advertisements.count >= 3 }
            #expect(stage.advertisements.allSatisfy { $0 == Advertisement(of: settings, priority: 100) })
            try stage.wait("neighbour advertisements") {
                stage.heard.contains { frame in
                    guard frame.etherType == EthernetFrame.ipv6, let packet = try? IPPacket(decoding: frame.payload)
                    else { return false }
                    return packet.protocol == 58 && packet.payload.first == 136
                        && packet.source == settings.addresses[1].address
                }
            }
        }
    }
}
