import Health
import Primitives
import VRRP

/// The frames by which neighbours are found, of ARP or of neighbour discovery as the address has it.
enum NeighbourFrame {
    /// That a machine acts as the holder of an address.
    struct Claim: Hashable, Sendable {
        var address: IPAddress
        var mac: MACAddress
        var kind: AddressClaim
    }

    /// Asks in the name of an own address who has another: the one known machine, or everybody.
    static func question(
        for target: IPAddress,
        from own: (address: IPAddress, mac: MACAddress),
        to known: MACAddress?,
    ) -> [UInt8]? {
        switch (target, own.address) {
        case (.v4(let target), .v4(let address)):
            ARPPacket(
                operation: .request,
                senderMAC: own.mac,
                senderAddress: address,
                targetMAC: MACAddress(rawValue: 0),
                targetAddress: target,
            ).frame(to: known ?? .broadcast)
        case (.v6(let target), .v6(let address)):
            NeighbourSolicitation(target: target, source: address, mac: own.mac).frame(to: known)
        case (.v4, .v6), (.v6, .v4):
            nil
        }
    }

    /// Asks everybody for a virtual address without claiming one (RFC 5227 section 2.1.1).
    ///
    /// A solicitation without a source would be duplicate address detection (RFC 4862 section 5.4), by which the
    /// rightful holder may lose an address that it is about to take; its question is the ordinary one, and says of
    /// this machine only what is true.
    static func probe(for target: IPAddress, from own: (address: IPAddress, mac: MACAddress)) -> [UInt8]? {
        guard case .v4(let address) = target else { return question(for: target, from: own, to: nil) }
        return ARPPacket.probe(for: address, from: own.mac).frame(to: .broadcast)
    }

    /// Reads who claims what by a frame: an ARP packet, or a neighbour advertisement.
    static func claim(in frame: [UInt8]) -> Claim? {
        if let advertisement = NeighbourAdvertisement(decoding: frame) {
            return Claim(address: .v6(advertisement.target), mac: advertisement.mac, kind: .answer)
        }
        guard let ethernet = EthernetFrame(decoding: frame), ethernet.etherType == EthernetFrame.arp,
            let packet = ARPPacket(decoding: ethernet.payload)
        else { return nil }
        let isAnswer = packet.operation == .reply || packet.senderAddress == packet.targetAddress
        return Claim(
            address: .v4(packet.senderAddress),
            mac: packet.senderMAC,
            kind: isAnswer ? .answer : .question,
        )
    }
}
