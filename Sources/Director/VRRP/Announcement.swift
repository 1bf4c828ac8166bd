package import Primitives

/// Tells the link where an address is, in the family's way.
package enum Announcement {
    /// A gratuitous ARP or an unsolicited neighbour advertisement as a whole frame.
    package static func frame(_ address: IPAddress, at mac: MACAddress) -> [UInt8] {
        switch address {
        case .v4(let address): ARPPacket.gratuitous(address, at: mac).frame()
        case .v6(let address): NeighbourAdvertisement(target: address, mac: mac).frame()
        }
    }
}
