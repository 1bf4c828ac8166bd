package import Primitives

/// An entry of the neighbour table, as `ip neighbour show` prints it.
package struct Neighbour: Hashable, Sendable {
    /// The interface's index.
    package var interfaceIndex: Int32
    /// The neighbour's address.
    package var address: IPAddress
    /// Its Ethernet address, if it is known.
    package var mac: MACAddress?
    /// The `NUD_*` state bits.
    package var state: UInt16

    /// Whether the address is believed right: REACHABLE, STALE, DELAY, PROBE or PERMANENT.
    package var isValid: Bool { state & (0x02 | 0x04 | 0x08 | 0x10 | 0x80) != 0 && mac != nil }

    /// Whether the neighbour was asked for and did not answer (`NUD_FAILED`).
    package var hasFailed: Bool { state & 0x20 != 0 }

    /// Decodes `struct ndmsg` and its attributes; nothing for families other than IPv4 and IPv6.
    ///
    ///     | family, 1 | 0, 3 | index, 4 | state, 2 | flags, 1 | type, 1 |
    package static func decode(_ payload: ArraySlice<UInt8>) throws(NetlinkMalformed) -> Neighbour? {
        guard let family = payload.first, let index = NativeBytes.read(payload, at: 4, as: Int32.self),
            let state = NativeBytes.read(payload, at: 8, as: UInt16.self), payload.count >= 12
        else { throw NetlinkMalformed() }
        guard AddressFamily(rawValue: family) != nil else { return nil }
        var address: IPAddress?
        var mac: MACAddress?
        var reader = AttributeReader(payload.dropFirst(12))
        while let attribute = try reader.next() {
            switch attribute.type {
            case 1: address = IPAddress(bytes: attribute.payload)
            case 2: mac = MACAddress(bytes: attribute.payload)
            default: continue
            }
        }
        guard let address else { throw NetlinkMalformed() }
        return Neighbour(interfaceIndex: index, address: address, mac: mac, state: state)
    }
}
