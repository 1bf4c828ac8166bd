package import Primitives

/// A TCP socket as inet_diag shows it (linux/inet_diag.h, `struct inet_diag_msg`).
package struct DiagnosedSocket: Hashable, Sendable {
    /// The family of the socket; an IPv6 socket may serve IPv4.
    package var family: AddressFamily
    /// The `TCP_*` state.
    package var state: UInt8
    /// The local end; an IPv4-mapped address is given as IPv4.
    package var local: Endpoint
    /// The remote end, with port 0 for a listener.
    package var remote: Endpoint
    /// The receive queue; of a listener, the connections that wait to be accepted.
    package var receiveQueue: UInt32
    /// The send queue; of a listener, the backlog.
    package var sendQueue: UInt32
    /// The owner.
    package var uid: UInt32
    /// The inode.
    package var inode: UInt32
    /// Whether an IPv6 socket refuses IPv4 (`INET_DIAG_SKV6ONLY`).
    package var isIPv6Only: Bool

    /// `TCP_LISTEN`.
    package static let listen: UInt8 = 10

    /// Decodes the 72 bytes and the attributes after them; nothing for families other than IPv4 and IPv6.
    ///
    ///     | family, 1 | state, 1 | timer, 1 | retransmits, 1 |
    ///     | local port, 2 | remote port, 2 | local address, 16 | remote address, 16 | interface, 4 | cookie, 8 |
    ///     | expires, 4 | receive queue, 4 | send queue, 4 | uid, 4 | inode, 4 |
    package static func decode(_ payload: ArraySlice<UInt8>) throws(NetlinkMalformed) -> DiagnosedSocket? {
        guard payload.count >= 72 else { throw NetlinkMalformed() }
        let header = Array(payload.prefix(72))
        guard let family = AddressFamily(rawValue: header[0]) else { return nil }
        func number(_ offset: Int) -> UInt32 { NativeBytes.read(header[...], at: offset, as: UInt32.self) ?? 0 }
        var socket = DiagnosedSocket(
            family: family,
            state: header[1],
            local: endpoint(family, address: header[8..<24], port: header[4..<6]),
            remote: endpoint(family, address: header[24..<40], port: header[6..<8]),
            receiveQueue: number(56),
            sendQueue: number(60),
            uid: number(64),
            inode: number(68),
            isIPv6Only: false,
        )
        var reader = AttributeReader(payload.dropFirst(72))
        while let attribute = try reader.next() {
            if attribute.type == 11 { socket.isIPv6Only = attribute.uint8 == 1 }
        }
        return socket
    }

    private static func endpoint(
        _ family: AddressFamily,
        address: ArraySlice<UInt8>,
        port: ArraySlice<UInt8>,
    ) -> Endpoint {
        let number = port.reduce(UInt16(0)) { $0 << 8 | UInt16($1) }
        func first(_ bytes: ArraySlice<UInt8>) -> UInt32 { bytes.prefix(4).reduce(0) { $0 << 8 | UInt32($1) } }
        let isMapped =
            address.prefix(10).allSatisfy { $0 == 0 } && address.dropFirst(10).prefix(2).allSatisfy { $0 == 255 }
        if family == .ipv4 { return Endpoint(address: .v4(IPv4Address(rawValue: first(address))), port: number) }
        if isMapped {
            return Endpoint(address: .v4(IPv4Address(rawValue: first(address.dropFirst(12)))), port: number)
        }
        let high = address.prefix(8).reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
        let low = address.dropFirst(8).reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
        return Endpoint(address: .v6(IPv6Address(high: high, low: low)), port: number)
    }
}
