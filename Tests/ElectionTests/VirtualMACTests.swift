import Addresses
import DirectorCore
import Election
import Linux
import Netlink
import Primitives
import TestNetwork
import Testing
import VRRP

/// A router with its virtual MAC on a real macvlan, seen from the other end of the cable.
@Suite(.tags(.kernel), .serialized)
struct VirtualMACTests {
    static let mac = MACAddress.virtualRouter(51, .ipv4)

    static var settings: VirtualRouterSettings {
        var settings = Stage.settings
        settings.usesVirtualMAC = true
        return settings
    }

    /// The names of the macvlan interfaces.
    static func macvlans(_ stage: Stage) throws -> [String] {
        try stage.routes.links().filter { $0.kind == "macvlan" }.map(\.name)
    }

    @Test func `answers, advertises and announces with the virtual MAC alone, and leaves nothing at the end`() throws {
        try NetworkNamespace.run {
            // The values of a distribution that is strict about everything.
            let stage = try Stage(Self.settings, prepare: ["echo 1 > /proc/sys/net/ipv4/conf/all/rp_filter"])
            try stage.wait("the address") { try stage.held() != nil }
            let index = try Interface.named("eth0").index
            let name = "vmac4-\(index)-51"
            let held = try stage.held()
            #expect(held?.prefix.length == 32)
            #expect(held?.interfaceIndex == (try Interface.named(name).index))
            try stage.wait("the report") { stage.router?.addresses.first?.isHeld == true }
            stage.heard = []
            try stage.askForAddress()
            try stage.wait("the answer") { stage.claims.contains { $0.operation == .reply } }
            try stage.wait("announcements") { stage.claims.count { $0.operation == .request } >= 2 }
            #expect(stage.claims.allSatisfy { $0.senderMAC == Self.mac })
            try stage.wait("advertisements") { stage.advertisements.count >= 3 }
            let speakers = stage.heard.filter { frame in
                frame.etherType == EthernetFrame.arp || frame.destination == ProtocolVersion.groupMAC(.ipv4)
            }
            #expect(speakers.allSatisfy { $0.source == Self.mac })
            #expect(stage.heard.allSatisfy { $0.etherType != EthernetFrame.ipv6 || $0.source != Self.mac })
            #expect(stage.router?.findings == [])
            stage.election.post(.stop)
            try stage.wait("the end") { stage.isStopped }
            #expect(try Self.macvlans(stage) == [])
            #expect(try stage.held() == nil)
            #expect(stage.election.health.sendFailures == 0)
        }
    }

    @Test func `sets right what somebody else made of the interfaces' parameters`() throws {
        try NetworkNamespace.run {
            let stage = try Stage(Self.settings)
            try stage.wait("the address") { try stage.held() != nil }
            let name = try #require(try Self.macvlans(stage).first)
            let wrong = [
                ("\(name)/arp_ignore", "0", "1"), ("\(name)/rp_filter", "1", "0"), ("eth0/arp_announce", "0", "2"),
            ]
            for (path, value, _) in wrong { try Sysctl.write("net/ipv4/conf/\(path)", value) }
            for (path, _, value) in wrong {
                try stage.wait(path, within: .seconds(3)) { try Sysctl.read("net/ipv4/conf/\(path)") == value }
            }
        }
    }

    @Test func `hears another router with the same virtual MAC, and gives the interface up to it`() throws {
        try NetworkNamespace.run {
            let stage = try Stage(Self.settings)
            try stage.wait("the address") { try stage.held() != nil }
            try stage.advertise(200, from: Self.mac)
            try stage.wait("the removal") { try Self.macvlans(stage) == [] }
            try stage.wait("the report") { stage.router?.state == .backup }
            #expect(stage.router?.activeRouter == Stage.peer)
            stage.heard = []
            try stage.askForAddress()
            try stage.pass(.milliseconds(100))
            #expect(stage.claims.isEmpty, "a Backup Router is silent about the addresses")
            try stage.wait("the takeover") { try Self.macvlans(stage).count == 1 }
        }
    }

    @Test func `the virtual MAC in another machine's ARP is answered`() throws {
        try NetworkNamespace.run {
            let stage = try Stage(Self.settings)
            try stage.wait("the burst") { stage.claims.count >= 4 }
            let before = stage.claims.count
            try stage.wire.send(ARPPacket.gratuitous(IPv4Address(192, 0, 2, 100), at: Self.mac).frame())
            try stage.wait("the answer", within: .milliseconds(500)) { stage.claims.count > before }
            try stage.wait("the finding") {
                guard case .addressConflict(let conflict) = stage.router?.findings.first else { return false }
                return conflict.mac == Self.mac
            }
        }
    }

    @Test func `a strange interface with the virtual MAC is left alone, and the refusal is told`() throws {
        try NetworkNamespace.run {
            let stage = try Stage(
                Self.settings,
                prepare: [
                    "ip link add link eth0 name vrrp4 address 00:00:5e:00:01:33 type macvlan mode bridge",
                    "ip link set vrrp4 up",
                ]
            )
            try stage.wait("the finding") {
                stage.router?.findings.contains { if case .addressFailure = $0 { true } else { false } } == true
            }
            #expect(stage.router?.addresses.first?.isHeld == false)
            #expect(try Self.macvlans(stage).contains("vrrp4"))
        }
    }

    @Test func `what a killed director left is kept silently until somebody is heard, and then goes whole`() throws {
        try NetworkNamespace.run {
            var settings = Self.settings
            settings.advertisementInterval = .seconds(1)
            let name = "vmac4-$(ip -o link show eth0 | cut -d: -f1)-51"
            let stage = try Stage(
                settings,
                prepare: [
                    "ip link add link eth0 name \(name) address 00:00:5e:00:01:33 type macvlan mode bridge",
                    "ip link set \(name) up && ip address add 192.0.2.100/32 dev \(name)",
                ]
            )
            try stage.wait("the finding") { stage.router?.findings == [.keepingFoundAddress] }
            try stage.pass(.milliseconds(200))
            #expect(try Self.macvlans(stage).count == 1)
            #expect(stage.advertisements.isEmpty && stage.claims.isEmpty)
            try stage.advertise(50, from: Self.mac)
            try stage.wait("the removal") { try Self.macvlans(stage) == [] }
            #expect(try stage.held() == nil)
        }
    }

    @Test func `what a dead director leaves is adopted without a word, or released`() throws {
        try NetworkNamespace.run {
            let prepare = ["ip link set eth0 up"]
            let stage = try Stage(Self.settings, prepare: prepare)
            try stage.wait("the report") { stage.router?.addresses.first?.isHeld == true }
            let before = try stage.held()
            // As kill -9: both threads are gone without a last word.
            stage.addresses.stop()
            stage.election.post(.suspend(until: Clock.now + .seconds(2)))
            try stage.wait("the end") { stage.isStopped }
            try stage.resume(until: Clock.now + .seconds(2), Self.settings)
            try stage.pass(.milliseconds(300))
            #expect(stage.router?.state == .active)
            #expect(try stage.held() == before)
            stage.next?.addresses.stop()
            try stage.pass(.milliseconds(700))
            let removed = try AddressRelease.releaseAddresses(of: ElectionSettings(routers: []))
            #expect(removed.map(\.description) == ["192.0.2.100/32"])
            #expect(try Self.macvlans(stage) == [])
        }
    }

    @Test func `over IPv6 solicitations are answered with the virtual MAC, which makes no address`() throws {
        try NetworkNamespace.run {
            var settings = Self.settings
            settings.addresses = Stage.addresses6
            let client = ["ip address add 2001:db8::3/64 dev peer0 nodad"]
            let stage = try Stage(settings, prepare: Stage.linkLocal + client)
            try stage.wait("advertisements") { stage.advertisements.count >= 3 }
            let index = try Interface.named("eth0").index
            let own = try Interface.named("vmac6-\(index)-51").index
            try stage.wait("the report") { stage.router?.addresses.allSatisfy(\.isHeld) == true }
            let addresses = try stage.routes.addresses(interfaceIndex: own).map(\.prefix.description).sorted()
            #expect(addresses == ["2001:db8::100/128", "fe80::5e:33/64"])
            // The other end's kernel is in the same namespace, so the question is put by hand.
            try stage.wire.send(Self.solicitation(of: settings.addresses[1].address))
            try stage.wait("the answer") { stage.heard.contains { Self.isAnswer($0) } }
            let speakers = stage.heard.filter { $0.destination == ProtocolVersion.groupMAC(.ipv6) }
            #expect(Set(speakers.map(\.source)) == [MACAddress.virtualRouter(51, .ipv6)])
        }
    }

    /// Whether the frame is a solicited advertisement from the virtual MAC with that as the target's.
    static func isAnswer(_ frame: EthernetFrame) -> Bool {
        let mac = MACAddress.virtualRouter(51, .ipv6)
        guard frame.etherType == EthernetFrame.ipv6, let packet = try? IPPacket(decoding: frame.payload) else {
            return false
        }
        let message = Array(packet.payload)
        return packet.protocol == 58 && message.first == 136 && message[4] & 0x40 != 0 && frame.source == mac
            && Array(message.suffix(6)) == mac.bytes
    }

    /// A neighbour solicitation (RFC 4861 section 4.3) from the peer's MAC.
    static func solicitation(of target: IPAddress) -> [UInt8] {
        let source = IPAddress.v6(IPv6Address(high: 0xfe80_0000_0000_0000, low: 3))
        let last = Array(target.bytes.suffix(3))
        let group = IPAddress.v6(
            IPv6Address(high: 0xff02_0000_0000_0000, low: 0x1_ff00_0000 | last.reduce(0) { $0 << 8 | UInt64($1) })
        )
        var message: [UInt8] = [135, 0, 0, 0, 0, 0, 0, 0] + target.bytes + [1, 1] + Stage.peerMAC.bytes
        var sum = InternetChecksum()
        sum.add(source.bytes)
        sum.add(group.bytes)
        sum.add([0, 0, 0, UInt8(message.count), 0, 0, 0, 58])
        sum.add(message)
        message.replaceSubrange(2..<4, with: [UInt8(sum.value >> 8), UInt8(sum.value & 0xff)])
        let packet = IPPacket(source: source, destination: group, protocol: 58, payload: message[...])
        return EthernetFrame(
            destination: MACAddress(bytes: [0x33, 0x33, 0xff] + last) ?? .broadcast,
            source: Stage.peerMAC,
            etherType: EthernetFrame.ipv6,
            payload: packet.encode()[...]
        ).encode()
    }
}
