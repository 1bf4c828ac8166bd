import Addresses
import DirectorCore
import Election
import Linux
import Netlink
import Primitives
import TestNetwork
import Testing
import VRRP

/// A handover on real sockets and real addresses, each test in a network namespace of its own.
@Suite(.tags(.kernel), .serialized)
struct HandoverTests {
    static let silence = "echo 1 >/proc/sys/net/ipv4/conf/eth0/arp_ignore"

    /// The virtual address on lo.
    static func lingering(_ stage: Stage) throws -> InterfaceAddress? {
        let loopback = try stage.routes.links().first { $0.isLoopback }?.index
        return try stage.routes.addresses().first {
            $0.interfaceIndex == loopback && $0.prefix.address == Stage.address
        }
    }

    /// The virtual address on the interface.
    static func held(_ stage: Stage) throws -> InterfaceAddress? {
        let index = try Interface.named("eth0").index
        return try stage.routes.addresses().first { $0.interfaceIndex == index && $0.prefix.address == Stage.address }
    }

    @Test func `lets go after the successor's claim, and the address lingers where nobody answers for it`() throws {
        try NetworkNamespace.run {
            let stage = try Stage(prepare: [Self.silence])
            try stage.wait("the announcement") { stage.router?.isAnnounced == true }
            let until = Clock.now + .seconds(5)
            stage.election.post(.handOver(routers: ["lan"], until: until))
            try stage.advertise(50)
            try stage.wait("the report") { stage.router?.handover == .handingOver(until: until) }
            #expect(try Self.held(stage) != nil)
            stage.election.post(.letGo(routers: ["lan"]))
            try stage.wait("the address on lo") { try Self.lingering(stage) != nil }
            try stage.wait("the end on the interface") { try Self.held(stage) == nil }
            let copy = try Self.lingering(stage)
            #expect(copy?.prefix.length == 32)
            #expect(copy?.scope == InterfaceAddress.hostScope)
            let letGo = Clock.now
            let before = stage.claims.count
            try stage.askForAddress()
            while try Self.lingering(stage) != nil, Clock.now < letGo + .seconds(6) {
                try stage.advertise(50)
                try stage.pass(.milliseconds(50))
            }
            #expect(Clock.now - letGo > .seconds(2) && Clock.now - letGo < .seconds(5))
            #expect(stage.claims.count == before, "nobody answers for the address")
            #expect(stage.router?.state == .backup)
            #expect(stage.router?.reason == .handedOver)
            #expect(stage.advertisements.allSatisfy { $0.priority != 0 })
        }
    }

    @Test func `nothing lingers where the kernel would answer for it`() throws {
        try NetworkNamespace.run {
            let stage = try Stage(prepare: ["echo 0 >/proc/sys/net/ipv4/conf/eth0/arp_ignore"])
            try stage.wait("the announcement") { stage.router?.isAnnounced == true }
            stage.election.post(.handOver(routers: ["lan"], until: Clock.now + .seconds(5)))
            stage.election.post(.letGo(routers: ["lan"]))
            try stage.wait("the end on the interface") { try Self.held(stage) == nil }
            #expect(try Self.lingering(stage) == nil)
        }
    }

    @Test func `the successor takes over from a higher priority, and says when it has announced itself`() throws {
        try NetworkNamespace.run {
            let stage = try Stage()
            try stage.wait("the peer") {
                try stage.advertise(200)
                return stage.router?.activeRouter == Stage.peer
            }
            let start = Clock.now
            stage.election.post(.takeOver(routers: ["lan"], until: start + .seconds(2)))
            try stage.wait("the announcement") {
                try stage.advertise(200)
                return stage.router?.isAnnounced == true
            }
            #expect(try Self.held(stage) != nil)
            #expect(stage.claims.count >= 1)
            #expect(Clock.now - start < .seconds(1))
            // Without the old one's leave, the higher priority has it back when the time is over.
            try stage.wait("the fall back") {
                try stage.advertise(200)
                return stage.router?.state == .backup
            }
            #expect(Clock.now - start >= .seconds(2))
        }
    }

    @Test func `a planned restart leaves the address, and the next process claims it before its peer would`() throws {
        try NetworkNamespace.run {
            let stage = try Stage()
            try stage.wait("the announcement") { stage.router?.isAnnounced == true }
            let until = Clock.now + .seconds(12)
            stage.election.post(.suspend(until: until))
            try stage.wait("the end") { stage.isStopped }
            try stage.wait("three words") {
                stage.advertisements.filter { $0.form == .version3(maxAdvertiseInterval: 400) }.count >= 3
            }
            #expect(stage.advertisements.allSatisfy { $0.priority == 100 })
            stage.addresses.stop()
            try stage.pass(.milliseconds(700))
            #expect(try Self.held(stage) != nil)
            try stage.resume(until: until)
            try stage.wait("the claim") {
                stage.advertisements.last?.form == .version3(maxAdvertiseInterval: 10)
            }
            #expect(stage.router?.reason == .restarted)
        }
    }

    @Test func `hears a claim in a neighbour advertisement`() throws {
        try NetworkNamespace.run {
            var settings = Stage.settings
            settings.addresses = ["fe80::5e:33/64", "2001:db8::100/64"].compactMap { Prefix($0) }
            let stage = try Stage(
                settings,
                prepare: ["ip address flush dev eth0 scope link", "ip address add fe80::2/64 dev eth0 nodad"]
            )
            try stage.wait("the announcement") { stage.router?.isAnnounced == true }
            guard let target = settings.addresses[1].address.ipv6, let other = IPAddress("2001:db8::101")?.ipv6 else {
                Issue.record("no address")
                return
            }
            try stage.wire.send(NeighbourAdvertisement(target: other, mac: Stage.peerMAC).frame())
            try stage.pass(.milliseconds(100))
            #expect(stage.router?.findings == [])
            try stage.wire.send(NeighbourAdvertisement(target: target, mac: Stage.peerMAC).frame())
            try stage.wait("the finding") { stage.router?.findings.count == 2 }
            guard case .addressConflict(let conflict) = stage.router?.findings.first else {
                Issue.record("no conflict")
                return
            }
            #expect(conflict.mac == Stage.peerMAC)
            #expect(conflict.address == settings.addresses[1].address)
        }
    }
}
