import CLinux
import Glibc
import Linux
import Primitives
import VRRP

import struct SystemPackage.Errno

/// The sockets of the direct-path prober for one family on one interface.
final class PathLink {
    /// The interface's name.
    let interface: String
    /// Its Ethernet address.
    let mac: MACAddress
    /// The director's own address.
    let address: IPAddress
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
    init(interface name: String, address: IPAddress) throws(Errno) {
        let interface = try Interface.named(name)
        guard let mac = interface.mac else { throw .noSuchAddressOrDevice }
        var reservations: [PortReservation] = []
        for _ in 0..<Self.portCount { reservations.append(try PortReservation(of: address)) }
        let ports = reservations.map(\.port)
        let isIPv4 = address.family == .ipv4
        answers = try PacketSocket(
            interfaceIndex: interface.index,
            etherType: isIPv4 ? EthernetFrame.ipv4 : EthernetFrame.ipv6,
            filter: FrameFilter.answers(to: ports, address.family),
            capacity: 256,
        )
        neighbours = try PacketSocket(
            interfaceIndex: interface.index,
            etherType: isIPv4 ? EthernetFrame.arp : EthernetFrame.ipv6,
            filter: FrameFilter.neighbours(address.family, watching: []),
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

    private var own: (address: IPAddress, mac: MACAddress) { (address, mac) }

    /// Asks everybody for a virtual address without claiming it.
    func probe(_ target: IPAddress) throws(Errno) {
        if let frame = NeighbourFrame.probe(for: target, from: own) { try send(frame) }
    }

    /// Asks for a neighbour's Ethernet address: the one known machine, or everybody.
    func ask(for target: IPAddress, at known: MACAddress?) throws(Errno) {
        if let frame = NeighbourFrame.question(for: target, from: own, to: known) { try send(frame) }
    }

    /// Hears of questions in the name of these addresses too.
    func watch(_ addresses: [IPAddress]) throws(Errno) {
        try SocketFilter.attach(FrameFilter.neighbours(address.family, watching: addresses), to: neighbours.raw)
    }

    /// The next answer, announcement or question in the name of a watched address; nothing if none waits.
    func nextNeighbour() throws(Errno) -> NeighbourFrame.Claim? {
        while let frame = try neighbours.receive() {
            if !frame.isOutgoing, let claim = NeighbourFrame.claim(in: frame.bytes) { return claim }
        }
        return nil
    }
}
