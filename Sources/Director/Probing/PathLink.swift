import CLinux
import Glibc
import Health
import Linux
import Primitives
import VRRP

import struct SystemPackage.Errno

/// The sockets of the direct-path prober on one interface.
final class PathLink {
    /// The interface's name.
    let interface: String
    /// Its Ethernet address.
    let mac: MACAddress
    /// The director's own address.
    let address: IPv4Address
    /// The source ports of the SYNs: bound, so that no connection gets them, and not listening.
    ///
    /// They are many so that no SYN meets its predecessor on the real server, should the RST between them be late: the
    /// kernel answers such a SYN with the predecessor's numbers, and that only twice a second (tcp_invalid_ratelimit).
    let ports: [UInt16]

    private static let portCount = 16
    private let reservations: [PortReservation]
    private let answers: PacketSocket
    private let neighbours: PacketSocket

    /// Opens the sockets.
    init(interface name: String, address: IPv4Address) throws(Errno) {
        let interface = try Interface.named(name)
        guard let mac = interface.mac else { throw .noSuchAddressOrDevice }
        var reservations: [PortReservation] = []
        for _ in 0..<Self.portCount { reservations.append(try PortReservation(of: address)) }
        let ports = reservations.map(\.port)
        answers = try PacketSocket(
            interfaceIndex: interface.index,
            etherType: EthernetFrame.ipv4,
            filter: FrameFilter.answers(to: ports),
            capacity: 256,
        )
        neighbours = try PacketSocket(
            interfaceIndex: interface.index,
            etherType: EthernetFrame.arp,
            filter: FrameFilter.neighbours(watching: []),
            capacity: 128,
        )
        self.interface = name
        self.mac = mac
        self.address = address
        self.ports = ports
        self.reservations = reservations
    }

    /// The descriptors to be polled for reading.
    var descriptors: [Int32] { [answers.raw, neighbours.raw] }

    /// The sending end of a handshake.
    func end(port: UInt16) -> HandshakeFrame.End { HandshakeFrame.End(mac: mac, address: address, port: port) }

    /// Sends a frame.
    func send(_ frame: [UInt8]) throws(Errno) { try answers.send(frame) }

    /// The next answer to a SYN, with the time when the kernel had it; nothing if none waits.
    func nextAnswer() throws(Errno) -> (HandshakeFrame.Answer, MonotonicInstant)? {
        while let frame = try answers.receive() {
            if let answer = HandshakeFrame.answer(in: frame.bytes, to: address, ports: ports), !frame.isOutgoing {
                return (answer, frame.receivedAt)
            }
        }
        return nil
    }

    /// Asks everybody for a virtual address without claiming it (RFC 5227 section 2.1.1).
    func probe(_ address: IPv4Address) throws(Errno) {
        try send(ARPPacket.probe(for: address, from: mac).frame(to: .broadcast))
    }

    /// Hears of questions in the name of these addresses too.
    func watch(_ addresses: [IPv4Address]) throws(Errno) {
        try SocketFilter.attach(FrameFilter.neighbours(watching: addresses), to: neighbours.raw)
    }

    /// The next ARP reply, announcement or question in the name of a watched address; nothing if none waits.
    func nextNeighbour() throws(Errno) -> (address: IPv4Address, mac: MACAddress, claim: AddressClaim)? {
        while let frame = try neighbours.receive() {
            guard !frame.isOutgoing, let ethernet = EthernetFrame(decoding: frame.bytes),
                let packet = ARPPacket(decoding: ethernet.payload)
            else { continue }
            let isAnswer = packet.operation == .reply || packet.senderAddress == packet.targetAddress
            return (packet.senderAddress, packet.senderMAC, isAnswer ? .answer : .question)
        }
        return nil
    }

    /// Asks for a neighbour's Ethernet address: the one known machine, or everybody.
    func ask(for target: IPv4Address, at known: MACAddress?) throws(Errno) {
        let request = ARPPacket(
            operation: .request,
            senderMAC: mac,
            senderAddress: address,
            targetMAC: MACAddress(rawValue: 0),
            targetAddress: target,
        )
        try send(request.frame(to: known ?? .broadcast))
    }
}
