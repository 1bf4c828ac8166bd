internal import DirectorCore
internal import Linux
internal import Primitives
internal import SystemPackage
internal import VRRP

/// The sockets of one interface, shared by all virtual routers on it.
///
/// A class only because a dictionary cannot hold noncopyable sockets; the election thread is its one owner.
final class InterfaceSockets {
    /// What the sockets depend on: if it changes they are opened anew.
    struct Identity: Hashable {
        /// The interface's name.
        var name: String
        /// The kernel's index.
        var index: Int32
        /// The families of the routers.
        var families: [AddressFamily]
        /// The addresses whose claims in ARP and in neighbour advertisements are listened for.
        var addresses: [IPAddress]
    }

    let identity: Identity
    private let families: [FamilySockets]
    private let arp: PacketSocket
    private let neighbours: PacketSocket

    /// Opens all sockets; those of a family that were open on the same interface are kept, and what they have proved.
    init(_ identity: Identity, keeping former: InterfaceSockets? = nil) throws(Errno) {
        self.identity = identity
        let interface = try Linux.Interface.numbered(identity.index)
        let kept = former.map { $0.identity.index == identity.index ? $0.families : [] } ?? []
        var families: [FamilySockets] = []
        for family in identity.families {
            if let open = kept.first(where: { $0.family == family }) {
                families.append(open)
            } else {
                families.append(try FamilySockets(family, on: interface))
            }
        }
        self.families = families
        arp = try PacketSocket(
            interfaceIndex: identity.index,
            etherType: EthernetFrame.arp,
            filter: Self.claims(of: identity.addresses.compactMap(\.ipv4)),
            capacity: 128
        )
        neighbours = try PacketSocket(
            interfaceIndex: identity.index,
            etherType: EthernetFrame.ipv6,
            filter: Self.advertisements(of: identity.addresses.compactMap(\.ipv6)),
            capacity: 128
        )
    }

    /// Lets through the neighbour advertisements of the addresses.
    private static func advertisements(of targets: [IPv6Address]) -> [BPFInstruction] {
        let nextHeader: UInt32 = 14 + 6
        let type: UInt32 = 14 + 40
        // The address's last word: the whole is compared by whoever receives it, and the kernel's room for filters is small.
        let lastWord: UInt32 = type + 8 + 12
        return [
            .loadByte(nextHeader), .jumpIfEqual(58, 1, 0), .accept(0), .loadByte(type), .jumpIfEqual(136, 1, 0),
            .accept(0), .loadWord(lastWord),
        ]
            + targets.flatMap { [.jumpIfEqual(UInt32(truncatingIfNeeded: $0.low), 0, 1), .accept(0xffff)] }
            + [.accept(0)]
    }

    /// Lets through what claims one of the addresses: a storm of other ARP never reaches the election thread.
    private static func claims(of addresses: [IPv4Address]) -> [BPFInstruction] {
        let senderAddress: UInt32 = 14 + 14
        return [.loadWord(senderAddress)]
            + addresses.flatMap { [.jumpIfEqual($0.rawValue, 0, 1), .accept(0xffff)] }
            + [.accept(0)]
    }

    /// The descriptors to be polled.
    var descriptors: [Int32] { families.flatMap(\.descriptors) + [arp.raw, neighbours.raw] }

    /// Tries to prove that the sockets receive, and gives the families in which they do, in which that took too long, or
    /// in which there is no address to prove it with.
    func prove(_ interface: AddressReport.Interface, at now: MonotonicInstant) -> Set<AddressFamily> {
        let done = families.filter { sockets in
            let source =
                switch sockets.family {
                case .ipv4: interface.primaryIPv4.map(IPAddress.v4)
                case .ipv6: interface.linkLocal.map(IPAddress.v6)
                }
            return source.map { sockets.prove(from: $0, at: now) } ?? true
        }
        return Set(done.map(\.family))
    }

    /// Whether what was sent to this machine alone has come back in every family.
    var isProved: Bool { families.allSatisfy(\.isProved) }

    /// Reads every socket to its end.
    func drain(_ take: (ElectionEvent) -> Void) -> Errno? {
        do {
            for sockets in families { try sockets.drain { take(.packetReceived($0)) } }
            for _ in 0..<FamilySockets.limit {
                guard let frame = try arp.receive() else { break }
                guard !frame.isOutgoing, let ethernet = EthernetFrame(decoding: frame.bytes),
                    let packet = ARPPacket(decoding: ethernet.payload)
                else { continue }
                take(.arpReceived(interface: identity.name, packet))
            }
            for _ in 0..<FamilySockets.limit {
                guard let frame = try neighbours.receive() else { break }
                guard !frame.isOutgoing, let advertisement = NeighbourAdvertisement(decoding: frame.bytes) else {
                    continue
                }
                take(.neighbourAdvertised(interface: identity.name, advertisement))
            }
            return nil
        } catch {
            // An interface that just went down answers so, once for each socket; the next turn reads on.
            return error
        }
    }

    /// Sends an advertisement.
    func send(_ payload: [UInt8], from source: IPAddress, to destination: IPAddress) throws(Errno) {
        guard let sockets = families.first(where: { $0.family == source.family }) else { throw .noSuchAddressOrDevice }
        try sockets.send(payload, from: source, to: destination)
    }

    /// Sends a frame through the socket whose protocol it has.
    func send(frame: [UInt8]) throws(Errno) {
        let family: AddressFamily? =
            switch EthernetFrame(decoding: frame)?.etherType {
            case EthernetFrame.ipv4: .ipv4
            case EthernetFrame.ipv6: .ipv6
            default: nil
            }
        if let sockets = families.first(where: { $0.family == family }) {
            try sockets.send(frame: frame)
        } else {
            try arp.send(frame)
        }
    }
}
