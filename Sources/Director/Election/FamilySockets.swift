internal import DirectorCore
internal import Linux
internal import Primitives
internal import SystemPackage
internal import VRRP

/// The sockets of one family on one interface: a protocol socket that sends and receives advertisements, and a packet
/// socket that sees them ahead of the packet filter.
final class FamilySockets {
    /// One turn reads at most so many packets from a socket, so that a flood cannot keep the thread from its timers.
    static let limit = 4096

    let family: AddressFamily
    private let interface: String
    private let messages: ProtocolSocket
    private let copies: PacketSocket
    /// What was received while the proof was waited for.
    private var early: [ReceivedDatagram] = []
    private var triedSince: MonotonicInstant?
    /// Whether what was sent to this machine alone has come back.
    private(set) var isProved = false

    /// Opens both.
    init(_ family: AddressFamily, on interface: Linux.Interface) throws(Errno) {
        // The offset of the protocol or next header in a frame without a tag; the kernel takes tags off.
        let offset: UInt32 = family == .ipv4 ? 14 + 9 : 14 + 6
        self.family = family
        self.interface = interface.name
        messages = try ProtocolSocket(
            family: family,
            protocol: ProtocolVersion.protocolNumber,
            interface: interface,
            multicastGroup: ProtocolVersion.group(family)
        )
        copies = try PacketSocket(
            interfaceIndex: interface.index,
            etherType: family == .ipv4 ? EthernetFrame.ipv4 : EthernetFrame.ipv6,
            filter: [
                .loadByte(offset), .jumpIfEqual(UInt32(ProtocolVersion.protocolNumber), 0, 1), .accept(0xffff),
                .accept(0),
            ],
            capacity: 4608
        )
    }

    /// What proves that the socket receives: version 0, which every router of this machine ignores.
    private static let proof: [UInt8] = [0] + Array("Tandem".utf8) + [0]
    /// How long the proof is waited for.
    static let patience: Interval = .seconds(1)

    /// Tries to prove that the socket receives; true too once there was patience enough.
    ///
    /// Who cannot hear would claim what another router holds.
    func prove(from source: IPAddress, at now: MonotonicInstant) -> Bool {
        guard !isProved else { return true }
        let since = triedSince ?? now
        triedSince = since
        do throws(Errno) {
            try messages.loop(Self.proof, from: source, to: ProtocolVersion.group(family))
            // It comes back before the call returns, unless the machine is very busy.
            for _ in 0..<Self.limit {
                guard let datagram = try messages.receive() else { break }
                if !isProof(datagram) { early.append(datagram) }
            }
        } catch {
            // An interface that is not quite up yet: there is another turn.
        }
        return isProved || now - since >= Self.patience
    }

    private func isProof(_ datagram: ReceivedDatagram) -> Bool {
        guard datagram.payload == Self.proof, datagram.timeToLive == 0 else { return false }
        isProved = true
        return true
    }

    /// The descriptors to be polled.
    var descriptors: [Int32] { [messages.raw, copies.raw] }

    /// Reads the copies and then the messages to their end, so that the message of every copy read is read too.
    func drain(_ take: (ReceivedPacket) -> Void) throws(Errno) {
        for _ in 0..<Self.limit {
            guard let frame = try copies.receive() else { break }
            guard !frame.isOutgoing, let packet = decode(frame) else { continue }
            take(packet)
        }
        let waiting = early
        early = []
        for datagram in waiting { take(packet(datagram)) }
        for _ in 0..<Self.limit {
            guard let datagram = try messages.receive() else { break }
            if !isProof(datagram) { take(packet(datagram)) }
        }
    }

    private func packet(_ datagram: ReceivedDatagram) -> ReceivedPacket {
        ReceivedPacket(
            interface: interface,
            payload: datagram.payload,
            source: datagram.source,
            destination: datagram.destination,
            timeToLive: datagram.timeToLive,
            receivedAt: datagram.receivedAt,
            path: .rawSocket
        )
    }

    private func decode(_ frame: ReceivedFrame) -> ReceivedPacket? {
        guard let ethernet = EthernetFrame(decoding: frame.bytes) else { return nil }
        let packet: IPPacket
        do {
            packet = try IPPacket(decoding: ethernet.payload)
        } catch {
            return nil
        }
        guard packet.protocol == ProtocolVersion.protocolNumber else { return nil }
        var received = ReceivedPacket(
            interface: interface,
            payload: Array(packet.payload),
            source: packet.source,
            destination: packet.destination,
            timeToLive: packet.timeToLive,
            receivedAt: frame.receivedAt,
            path: .packetSocket
        )
        received.linkSource = ethernet.source
        return received
    }

    /// Sends an advertisement.
    func send(_ payload: [UInt8], from source: IPAddress, to destination: IPAddress) throws(Errno) {
        try messages.send(payload, from: source, to: destination)
    }

    /// Sends a whole frame of this family.
    func send(frame: [UInt8]) throws(Errno) {
        try copies.send(frame)
    }
}
