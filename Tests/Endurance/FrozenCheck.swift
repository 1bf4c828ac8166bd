import Glibc
import Linux
import Netlink
import Primitives
import SystemPackage
import TestNetwork
import VRRP

/// A director whose process is stopped until its peer has taken over demotes before it sends anything.
enum FrozenCheck {
    struct Failed: Error {
        var what: String
    }

    static let peer = IPAddress.v4(IPv4Address(192, 0, 2, 3))
    static let mac = MACAddress(rawValue: 0x0200_5e10_0003)

    static func run() throws {
        for line in [
            "ip link add eth0 type veth peer name peer0", "ip link set peer0 up", "ip link set eth0 up",
            "ip address add 192.0.2.2/24 dev eth0",
        ] {
            try NetworkNamespace.command(line)
        }
        let wire = try PacketSocket(interfaceIndex: Interface.named("peer0").index, etherType: PacketSocket.allTypes)
        let child = try spawn()
        defer {
            kill(child, SIGKILL)
            waitpid(child, nil, 0)
        }
        guard try frames(wire, for: .seconds(3)).contains(where: isAdvertisement) else {
            throw Failed(what: "the director does not advertise")
        }
        kill(child, SIGSTOP)
        _ = try frames(wire, for: .seconds(1))
        // Its successor is Active meanwhile, with a lower priority: a director that believes to be Active would answer.
        for _ in 0..<4 {
            try advertise(wire)
            _ = try frames(wire, for: .milliseconds(50))
        }
        kill(child, SIGCONT)
        var sent: [EthernetFrame] = []
        for _ in 0..<5 {
            try advertise(wire)
            sent += try frames(wire, for: .milliseconds(50))
        }
        guard !sent.contains(where: isAdvertisement), !sent.contains(where: { $0.etherType == EthernetFrame.arp })
        else {
            throw Failed(what: "the director sends before it has demoted itself")
        }
        let held = try RouteSocket().addresses().contains { $0.prefix.address == Director.address }
        guard !held else { throw Failed(what: "the director keeps the address of its successor") }
    }

    private static func spawn() throws -> pid_t {
        var child: pid_t = 0
        let words = ["endurance", "director"]
        var arguments: [UnsafeMutablePointer<CChar>?] = words.map { strdup($0) } + [nil]
        defer { for argument in arguments { free(argument) } }
        let code = posix_spawn(&child, "/proc/self/exe", nil, nil, &arguments, nil)
        guard code == 0 else { throw Errno(rawValue: code) }
        return child
    }

    private static func isAdvertisement(_ frame: EthernetFrame) -> Bool {
        guard frame.etherType == EthernetFrame.ipv4, let packet = try? IPPacket(decoding: frame.payload) else {
            return false
        }
        return packet.protocol == ProtocolVersion.protocolNumber && packet.source != peer
    }

    /// What comes over the cable in so much time.
    private static func frames(_ wire: borrowing PacketSocket, for time: Interval) throws -> [EthernetFrame] {
        var reactor = try Reactor()
        try reactor.add(wire.raw, token: 0, interest: .read)
        let end = Clock.now + time
        var found: [EthernetFrame] = []
        while Clock.now < end {
            _ = try reactor.wait(until: end)
            while let frame = try wire.receive() {
                if !frame.isOutgoing, let ethernet = EthernetFrame(decoding: frame.bytes) { found.append(ethernet) }
            }
        }
        return found
    }

    private static func advertise(_ wire: borrowing PacketSocket) throws {
        let group = ProtocolVersion.group(.ipv4)
        let message = Advertisement(of: Director.settings(100, .milliseconds(100)), priority: 50)
            .encode(from: peer, to: group, checksum: .pseudoHeader)
        let packet = IPPacket(
            source: peer,
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
}
