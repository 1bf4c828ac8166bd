import Primitives
import VRRP

/// A machine that uses the virtual addresses; its neighbour cache is the witness of who owns them.
final class Client {
    private unowned let world: Simulation
    /// The neighbour cache.
    private(set) var cache: [IPAddress: MACAddress] = [:] { didSet { world.ownership.look() } }
    private var confirmedAt: [IPAddress: MonotonicInstant] = [:]

    /// How long an entry is used without asking again.
    private static let patience = Interval.seconds(3)

    init(world: Simulation) {
        self.world = world
    }

    /// Asks for what it does not know or has not asked for long; again and again.
    func live() {
        for address in world.virtualAddresses {
            if let confirmed = confirmedAt[address], world.now - confirmed < Self.patience { continue }
            confirmedAt[address] = world.now
            guard case .v4(let wanted) = address else {
                solicit(address)
                continue
            }
            let request = ARPPacket(
                operation: .request,
                senderMAC: Lan.mac(Lan.client),
                senderAddress: Lan.address(Lan.client),
                targetMAC: MACAddress(rawValue: 0),
                targetAddress: wanted
            )
            world.send(.ethernet(request.frame()), from: Lan.client, to: world.everyoneElse(Lan.client))
        }
        world.after(.milliseconds(250)) { [self] in live() }
    }

    /// Neighbour solicitation (RFC 4861 section 4.3): whoever has the address answers.
    private func solicit(_ address: IPAddress) {
        for node in world.directors where node.kernel.isReachable && node.kernel.holds(address) {
            guard !world.network.arrivals(from: Lan.client, to: node.index).isEmpty else { continue }
            world.send(
                .ethernet(Announcement.frame(address, at: Lan.mac(node.index))),
                from: node.index,
                to: [Lan.client]
            )
        }
    }

    /// A frame arrives.
    func receive(_ frame: Frame) {
        guard case .ethernet(let bytes) = frame, let ethernet = EthernetFrame(decoding: bytes) else { return }
        if ethernet.etherType == EthernetFrame.arp, let packet = ARPPacket(decoding: ethernet.payload) {
            learn(.v4(packet.senderAddress), packet.senderMAC)
        } else if ethernet.etherType == EthernetFrame.ipv6, let packet = try? IPPacket(decoding: ethernet.payload) {
            // An unsolicited neighbour advertisement with the override flag (RFC 4861 section 4.4).
            let message = Array(packet.payload)
            guard message.count == 32, message[0] == 136, message[4] & 0x20 != 0,
                let target = IPAddress(bytes: message[8..<24]), let mac = MACAddress(bytes: message[26..<32])
            else { return }
            learn(target, mac)
        }
    }

    private func learn(_ address: IPAddress, _ mac: MACAddress) {
        guard world.virtualAddresses.contains(address) else { return }
        if cache[address] != mac { world.note("client", "finds \(address) at \(mac)") }
        cache[address] = mac
        confirmedAt[address] = world.now
    }
}
