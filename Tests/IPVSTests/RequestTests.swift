import Balancing
import IPVS
import Netlink
import Primitives
import Testing

/// Requests octet by octet, as a little-endian machine sends them (linux/ip_vs.h).
@Suite struct RequestTests {
    static let family: UInt16 = 0x21

    static func service(_ endpoint: String, persistence: UInt32 = 0, flags: UInt32 = 0) throws -> VirtualService {
        VirtualService(
            identity: ServiceIdentity(protocol: .tcp, endpoint: try #require(Endpoint(endpoint))),
            schedulerName: "wlc",
            persistenceTimeout: persistence,
            schedulerFlags: flags,
        )
    }

    /// `struct nlmsghdr` and `struct genlmsghdr`.
    static func header(length: UInt8, flags: UInt16, command: UInt8) -> [UInt8] {
        [length, 0, 0, 0, 0x21, 0, UInt8(flags & 255), UInt8(flags >> 8), 0, 0, 0, 0, 0, 0, 0, 0, command, 1, 0, 0]
    }

    /// IPVS_SVC_ATTR_AF, _PROTOCOL, _ADDR and _PORT of tcp 192.0.2.100:80.
    static let identity: [UInt8] = [
        6, 0, 1, 0, 2, 0, 0, 0,  // AF_INET
        6, 0, 2, 0, 6, 0, 0, 0,  // IPPROTO_TCP
        20, 0, 3, 0, 192, 0, 2, 100, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
        6, 0, 4, 0, 0, 80, 0, 0,  // the port in network order
    ]

    /// The request with its nested-flag bits cleared, which the kernel takes either way.
    static func plain(_ request: NetlinkRequest, nests: [Int]) -> [UInt8] {
        var bytes = request.bytes
        for offset in nests { bytes[offset + 3] &= 0x7f }
        return bytes
    }

    @Test func `adds a service`() throws {
        let request = IPVSRequest.encode(
            .addService(try Self.service("192.0.2.100:80", persistence: 300, flags: 8)),
            family: Self.family
        )
        let expected: [UInt8] =
            Self.header(length: 104, flags: 0x605, command: 1)
            + [84, 0, 1, 0] + Self.identity
            + [8, 0, 6, 0] + Array("wlc".utf8) + [0]
            + [12, 0, 7, 0, 0x09, 0, 0, 0, 0x3d, 0, 0, 0]  // flags, mask
            + [8, 0, 8, 0, 0x2c, 1, 0, 0]  // 300 s
            + [8, 0, 9, 0, 255, 255, 255, 255]  // netmask
        #expect(Self.plain(request, nests: [20]) == expected)
    }

    @Test func `an IPv6 service has a prefix length for a netmask`() throws {
        let service = try Self.service("[2001:db8::100]:443")
        let bytes = IPVSRequest.encode(.setService(service), family: Self.family).bytes
        #expect(bytes[16] == 2)
        #expect(bytes[6..<8] == [0x05, 0x00])
        #expect(bytes[24..<30] == [6, 0, 1, 0, 10, 0])
        #expect(bytes.suffix(8) == [8, 0, 9, 0, 128, 0, 0, 0])
        #expect(bytes.contains([0x20, 0x01, 0x0d, 0xb8]))
        #expect(bytes.contains([6, 0, 4, 0, 0x01, 0xbb]))
    }

    @Test func `adds, sets and removes a destination`() throws {
        let identity = try Self.service("192.0.2.100:80").identity
        let endpoint = try #require(Endpoint("10.0.0.1:80"))
        let destination = Destination(endpoint: endpoint, weight: 7)
        let place: [UInt8] = [
            20, 0, 1, 0, 10, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
            6, 0, 2, 0, 0, 80, 0, 0,
            6, 0, 11, 0, 2, 0, 0, 0,
        ]
        let values: [UInt8] = [
            8, 0, 3, 0, 3, 0, 0, 0,  // direct routing
            8, 0, 4, 0, 7, 0, 0, 0,  // weight
            8, 0, 5, 0, 0, 0, 0, 0, 8, 0, 6, 0, 0, 0, 0, 0,  // thresholds
        ]
        let service = [48, 0, 1, 0] + Self.identity
        for (operation, command, flags) in [
            (IPVSOperation.addDestination(identity, destination), UInt8(5), UInt16(0x605)),
            (.setDestination(identity, destination), 6, 0x05),
        ] {
            let expected =
                Self.header(length: 140, flags: flags, command: command) + service + [72, 0, 2, 0] + place + values
            #expect(Self.plain(IPVSRequest.encode(operation, family: Self.family), nests: [20, 68]) == expected)
        }
        let removal = IPVSRequest.encode(.removeDestination(identity, endpoint), family: Self.family)
        let expected = Self.header(length: 108, flags: 0x05, command: 7) + service + [40, 0, 2, 0] + place
        #expect(Self.plain(removal, nests: [20, 68]) == expected)
    }

    @Test func `removes a service and asks for dumps`() throws {
        let identity = try Self.service("192.0.2.100:80").identity
        let service = [48, 0, 1, 0] + Self.identity
        let removal = IPVSRequest.encode(.removeService(identity), family: Self.family)
        #expect(Self.plain(removal, nests: [20]) == Self.header(length: 68, flags: 0x05, command: 3) + service)
        let services = IPVSRequest.dumpServices(family: Self.family)
        #expect(services.bytes == Self.header(length: 20, flags: 0x301, command: 4))
        let destinations = IPVSRequest.dumpDestinations(of: identity, family: Self.family)
        #expect(Self.plain(destinations, nests: [20]) == Self.header(length: 68, flags: 0x301, command: 8) + service)
        let information = IPVSRequest.getInformation(family: Self.family)
        #expect(information.bytes == Self.header(length: 20, flags: 0x05, command: 15))
        let timeouts = IPVSRequest.getConfiguration(family: Self.family)
        #expect(timeouts.bytes == Self.header(length: 20, flags: 0x05, command: 13))
    }
}
