package import Primitives

/// A route, as `ip route show` and `ip route get` print it.
package struct Route: Hashable, Sendable {
    /// Where a packet goes next.
    package struct NextHop: Hashable, Sendable {
        /// The router, or nothing if the destination is on the link.
        package var gateway: IPAddress?
        /// The interface.
        package var interfaceIndex: Int32?
    }

    /// The destination; a default route has length 0.
    package var destination: Prefix
    /// The next hops, one unless the route is multipath; none for a route that goes nowhere.
    package var nextHops: [NextHop]
    /// The source that the kernel prefers (`RTA_PREFSRC`).
    package var preferredSource: IPAddress?
    /// The table: 254 main, 255 local.
    package var table: UInt32
    /// The scope: 0 global, 253 link, 254 host.
    package var scope: UInt8
    /// The `RTN_*` type: 1 unicast, 2 local, 3 broadcast, 6 blackhole, 7 unreachable.
    package var type: UInt8
    /// Who added it (`RTPROT_*`).
    package var protocolTag: UInt8
    /// The metric.
    package var metric: UInt32

    /// Table `RT_TABLE_MAIN`.
    package static let mainTable: UInt32 = 254
    /// Table `RT_TABLE_LOCAL`.
    package static let localTable: UInt32 = 255

    /// Whether the destination is this machine (`RTN_LOCAL`).
    package var isLocal: Bool { type == 2 }

    /// The router of the first next hop.
    package var gateway: IPAddress? { nextHops.first?.gateway }

    /// The interface of the first next hop.
    package var outputInterface: Int32? { nextHops.first?.interfaceIndex }

    /// Decodes `struct rtmsg` and its attributes; nothing for families other than IPv4 and IPv6.
    ///
    ///     | family, 1 | dst length, 1 | src length, 1 | tos, 1 | table, 1 | protocol, 1 | scope, 1 | type, 1 | flags, 4 |
    package static func decode(_ payload: ArraySlice<UInt8>) throws(NetlinkMalformed) -> Route? {
        guard payload.count >= 12 else { throw NetlinkMalformed() }
        let header = Array(payload.prefix(12))
        guard let family = AddressFamily(rawValue: header[0]) else { return nil }
        var destination: IPAddress = family == .ipv4 ? .v4(IPv4Address(rawValue: 0)) : .v6(IPv6Address(high: 0, low: 0))
        var hop = NextHop()
        var multipath: [NextHop] = []
        var source: IPAddress?
        var table = UInt32(header[4])
        var metric: UInt32 = 0
        var reader = AttributeReader(payload.dropFirst(12))
        while let attribute = try reader.next() {
            switch attribute.type {
            case 1: destination = IPAddress(bytes: attribute.payload) ?? destination
            case 4: hop.interfaceIndex = attribute.int32
            case 5: hop.gateway = IPAddress(bytes: attribute.payload)
            case 6: metric = attribute.uint32 ?? 0
            case 7: source = IPAddress(bytes: attribute.payload)
            case 9: multipath = try decodeMultipath(attribute.payload)
            case 15: table = attribute.uint32 ?? table
            case 18: hop.gateway = IPAddress(bytes: attribute.payload.dropFirst(2))
            default: continue
            }
        }
        guard destination.family == family, let prefix = Prefix(address: destination, length: header[1])
        else { throw NetlinkMalformed() }
        let single = hop.interfaceIndex == nil && hop.gateway == nil ? [] : [hop]
        return Route(
            destination: prefix,
            nextHops: multipath.isEmpty ? single : multipath,
            preferredSource: source,
            table: table,
            scope: header[6],
            type: header[7],
            protocolTag: header[5],
            metric: metric,
        )
    }

    /// Decodes `RTA_MULTIPATH`: a row of `struct rtnexthop`, each with its attributes.
    ///
    ///     | length, 2 | flags, 1 | hops, 1 | index, 4 | attributes |
    private static func decodeMultipath(_ payload: ArraySlice<UInt8>) throws(NetlinkMalformed) -> [NextHop] {
        var hops: [NextHop] = []
        var rest = payload
        while !rest.isEmpty {
            guard let length = NativeBytes.read(rest, as: UInt16.self), length >= 8, length <= rest.count,
                let index = NativeBytes.read(rest, at: 4, as: Int32.self)
            else { throw NetlinkMalformed() }
            var hop = NextHop(interfaceIndex: index)
            var reader = AttributeReader(rest.dropFirst(8).prefix(Int(length) - 8))
            while let attribute = try reader.next() {
                if attribute.type == 5 { hop.gateway = IPAddress(bytes: attribute.payload) }
            }
            hops.append(hop)
            rest = rest.dropFirst((Int(length) + 3) & ~3)
        }
        return hops
    }
}
