import Addresses
import DirectorCore
import Election
import Linux
import Netlink
import Primitives
import SystemPackage
import TestNetwork
import VRRP

/// A director's election and addresses on real sockets, with the other end of its cable in the test's hand.
final class Stage {
    struct TimedOut: Error {
        var what: String
        var report: ElectionReport?
        var health: ElectionHealth
    }

    static let address = IPAddress.v4(IPv4Address(192, 0, 2, 100))
    static let peer = IPAddress.v4(IPv4Address(192, 0, 2, 3))
    static let peerMAC = MACAddress(rawValue: 0x0200_5e10_0003)

    let election: ElectionThread
    let addresses: AddressThread
    let found: Mailbox<AddressReport>
    let published: Mailbox<ElectionReport>
    let ended: Mailbox<Bool>
    let wire: PacketSocket
    let routes: RouteSocket
    var reactor: Reactor
    var next: (election: ElectionThread, addresses: AddressThread)?
    var report: ElectionReport?
    var isStopped = false
    var heard: [EthernetFrame] = []

    static var settings: VirtualRouterSettings {
        VirtualRouterSettings(
            name: "lan",
            virtualRouterIdentifier: 51,
            interface: "eth0",
            addresses: [Prefix("192.0.2.100/24") ?? Prefix(host: address)]
        )
    }

    /// What gives the director's end of the cable a link-local address and nothing else over IPv6.
    static let linkLocal = [
        "ip address flush dev eth0 scope link", "ip address add fe80::2/64 dev eth0 nodad",
    ]
    /// A link-local and a global virtual address.
    static let addresses6 = ["fe80::5e:33/64", "2001:db8::100/64"].compactMap { Prefix($0) }

    /// Asks for the virtual address in ARP as a client does.
    func askForAddress() throws {
        let request = ARPPacket(
            operation: .request,
            senderMAC: Stage.peerMAC,
            senderAddress: IPv4Address(192, 0, 2, 3),
            targetMAC: MACAddress(rawValue: 0),
            targetAddress: IPv4Address(192, 0, 2, 100)
        )
        try wire.send(request.frame())
    }

    /// Lays the cable, and starts both threads.
    init(_ settings: VirtualRouterSettings = Stage.settings, prepare: [String] = []) throws {
        for line in [
            "ip link add eth0 type veth peer name peer0", "ip link set peer0 up", "ip link set eth0 up",
            "ip address add 192.0.2.2/24 dev eth0",
        ] + prepare {
            try NetworkNamespace.command(line)
        }
        let found = try Mailbox<AddressReport>(capacity: 16, whenFull: .dropOldest)
        let published = try Mailbox<ElectionReport>(capacity: 64, whenFull: .dropOldest)
        let ended = try Mailbox<Bool>(capacity: 1, whenFull: .refuse)
        let addresses = try AddressThread.start { found.post($0) }
        wire = try PacketSocket(interfaceIndex: Interface.named("peer0").index, etherType: PacketSocket.allTypes)
        election = try ElectionThread.start(
            ElectionSettings(routers: [settings]),
            ElectionThread.Outlets(
                demand: { addresses.post($0) },
                publish: { published.post($0) },
                stopped: { ended.post(true) }
            )
        )
        routes = try RouteSocket()
        var reactor = try Reactor()
        for descriptor in [found.descriptor, published.descriptor, ended.descriptor, wire.raw] {
            try reactor.add(descriptor, token: 1, interest: .read)
        }
        self.reactor = reactor
        (self.found, self.published, self.ended, self.addresses) = (found, published, ended, addresses)
    }

    /// Starts the next process on the same machine, with the record of the one before.
    func resume(until: MonotonicInstant, _ router: VirtualRouterSettings = Stage.settings) throws {
        let found = found
        let addresses = try AddressThread.start { found.post($0) }
        var settings = ElectionSettings(routers: [router])
        settings.resumes = [router.name: until]
        let published = published
        let next = try ElectionThread.start(
            settings,
            ElectionThread.Outlets(
                demand: { addresses.post($0) },
                publish: { published.post($0) },
                stopped: {}
            )
        )
        self.next = (next, addresses)
    }

    deinit {
        election.post(.stop)
        addresses.stop()
        next?.election.post(.stop)
        next?.addresses.stop()
    }

    /// Turns until something holds, and says so if it does not in time.
    func wait(_ what: String, within limit: Interval = .seconds(4), until holds: () throws -> Bool) throws {
        let deadline = Clock.now + limit
        while try !holds() {
            guard Clock.now < deadline else {
                throw TimedOut(what: what, report: report, health: election.health)
            }
            try turn(until: min(deadline, Clock.now + .milliseconds(20)))
        }
    }

    /// Lets so much time pass.
    func pass(_ interval: Interval) throws {
        let end = Clock.now + interval
        while Clock.now < end { try turn(until: end) }
    }

    private func turn(until deadline: MonotonicInstant) throws {
        _ = try reactor.wait(until: deadline)
        for report in found.drain() { (next?.election ?? election).post(report) }
        if let newest = published.drain().last { report = newest }
        isStopped = isStopped || !ended.drain().isEmpty
        // A test that unplugs the cable hears of it here, once.
        while let frame = try? wire.receive() {
            if !frame.isOutgoing, let ethernet = EthernetFrame(decoding: frame.bytes) { heard.append(ethernet) }
        }
    }

    /// The peer advertises.
    func advertise(_ priority: UInt8, from mac: MACAddress = Stage.peerMAC) throws {
        let group = ProtocolVersion.group(.ipv4)
        let message = Advertisement(of: Self.settings, priority: priority)
            .encode(from: Self.peer, to: group, checksum: .pseudoHeader)
        let packet = IPPacket(
            source: Self.peer,
            destination: group,
            protocol: ProtocolVersion.protocolNumber,
            payload: message[...]
        )
        let frame = EthernetFrame(
            destination: ProtocolVersion.groupMAC(.ipv4),
            source: mac,
            etherType: EthernetFrame.ipv4,
            payload: packet.encode()[...]
        )
        try wire.send(frame.encode())
    }

    var router: ElectionReport.Router? { report?.routers.first }

    /// The kernel's entry of the virtual address.
    func held() throws -> InterfaceAddress? { try routes.addresses().first { $0.prefix.address == Self.address } }

    /// The advertisements that came over the cable.
    var advertisements: [Advertisement] {
        heard.compactMap { frame in
            guard frame.etherType == EthernetFrame.ipv4 || frame.etherType == EthernetFrame.ipv6,
                let packet = try? IPPacket(decoding: frame.payload), packet.protocol == 112, packet.timeToLive == 255
            else { return nil }
            return try? Advertisement.decode(packet.payload, from: packet.source, to: packet.destination).advertisement
        }
    }

    /// The claims of the virtual address that came over the cable.
    var claims: [ARPPacket] {
        heard.compactMap { frame in
            guard frame.etherType == EthernetFrame.arp, let packet = ARPPacket(decoding: frame.payload),
                IPAddress.v4(packet.senderAddress) == Self.address
            else { return nil }
            return packet
        }
    }
}
