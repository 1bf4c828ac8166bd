import Primitives
import Testing
import VRRP

/// Frames that were computed independently of this code, and verified with tshark and keepalived.
enum Vectors {
    /// A frame and what it says.
    struct Vector: Sendable, CustomTestStringConvertible {
        var name: String
        var frame: String
        var source: String
        var destination = "224.0.0.18"
        var advertisement: Advertisement
        var checksumForm: ChecksumForm

        var testDescription: String { name }
    }

    static func bytes(_ hexadecimal: String) -> [UInt8] {
        let digits = Array(hexadecimal)
        return stride(from: 0, to: digits.count - 1, by: 2).compactMap { UInt8(String(digits[$0...$0 + 1]), radix: 16) }
    }

    static func address(_ text: String) -> IPAddress { IPAddress(text) ?? .v4(IPv4Address(rawValue: 0)) }

    private static func v2(
        _ priority: UInt8,
        _ addresses: [String],
        _ authentication: Authentication = .none
    ) -> Advertisement {
        Advertisement(
            virtualRouterIdentifier: 51,
            priority: priority,
            form: .version2(advertisementInterval: 1, authentication: authentication),
            addresses: addresses.map(address)
        )
    }

    private static func v3(
        _ priority: UInt8,
        _ addresses: [String],
        identifier: UInt8 = 51,
        interval: UInt16 = 100
    ) -> Advertisement {
        Advertisement(
            virtualRouterIdentifier: identifier,
            priority: priority,
            form: .version3(maxAdvertiseInterval: interval),
            addresses: addresses.map(address)
        )
    }

    // Ethernet: group MAC, virtual MAC, type. IPv4: ToS c0, id 0, TTL ff, protocol 112.
    private static let ipv4Head = "01005e00001200005e0001330800"
    private static let three = ["192.0.2.100", "192.0.2.101", "198.51.100.7"]
    private static let two6 = ["fe80::5e:33", "2001:db8::100"]

    static let all: [Vector] = [
        Vector(
            name: "V1 version 2, no authentication",
            frame: ipv4Head + "45c0002800000000ff701892c0000201e0000012"
                + "213364010001b865c00002640000000000000000",
            source: "192.0.2.1",
            advertisement: v2(100, ["192.0.2.100"]),
            checksumForm: .messageOnly
        ),
        Vector(
            name: "V2 version 2, password s3cret",
            frame: ipv4Head + "45c0002c00000000ff70188ec0000201e0000012"
                + "21339602010186e4c0000264c00002657333637265740000",
            source: "192.0.2.1",
            advertisement: v2(
                150,
                ["192.0.2.100", "192.0.2.101"],
                .simplePassword([0x73, 0x33, 0x63, 0x72, 0x65, 0x74, 0, 0])
            ),
            checksumForm: .messageOnly
        ),
        Vector(
            name: "V3 version 2, priority 0",
            frame: ipv4Head + "45c0002800000000ff701892c0000201e0000012"
                + "2133000100011c66c00002640000000000000000",
            source: "192.0.2.1",
            advertisement: v2(0, ["192.0.2.100"]),
            checksumForm: .messageOnly
        ),
        Vector(
            name: "V4a version 3, pseudo-header",
            frame: ipv4Head + "45c0002000000000ff70189ac0000201e0000012" + "3133c8010064a171c0000264",
            source: "192.0.2.1",
            advertisement: v3(200, ["192.0.2.100"]),
            checksumForm: .pseudoHeader
        ),
        Vector(
            name: "V4b version 3, message only",
            frame: ipv4Head + "45c0002000000000ff70189ac0000201e0000012" + "3133c80100644402c0000264",
            source: "192.0.2.1",
            advertisement: v3(200, ["192.0.2.100"]),
            checksumForm: .messageOnly
        ),
        Vector(
            name: "V5a version 3, three addresses, pseudo-header",
            frame: "01005e00001200005e0001070800" + "45c0002800000000ff701891c0000202e0000012"
                + "3107fe03000a7f4bc0000264c0000265c6336407",
            source: "192.0.2.2",
            advertisement: v3(254, three, identifier: 7, interval: 10),
            checksumForm: .pseudoHeader
        ),
        Vector(
            name: "V5b version 3, three addresses, message only",
            frame: "01005e00001200005e0001070800" + "45c0002800000000ff701891c0000202e0000012"
                + "3107fe03000a21e5c0000264c0000265c6336407",
            source: "192.0.2.2",
            advertisement: v3(254, three, identifier: 7, interval: 10),
            checksumForm: .messageOnly
        ),
        Vector(
            name: "V6a version 3, priority 0, pseudo-header",
            frame: ipv4Head + "45c0002000000000ff70189ac0000201e0000012" + "3133000100646972c0000264",
            source: "192.0.2.1",
            advertisement: v3(0, ["192.0.2.100"]),
            checksumForm: .pseudoHeader
        ),
        Vector(
            name: "V6b version 3, priority 0, message only",
            frame: ipv4Head + "45c0002000000000ff70189ac0000201e0000012" + "3133000100640c03c0000264",
            source: "192.0.2.1",
            advertisement: v3(0, ["192.0.2.100"]),
            checksumForm: .messageOnly
        ),
        Vector(
            name: "V7 version 3, unicast, pseudo-header with the real destination",
            frame: "02000000000200005e0001330800" + "45c0002000000000ff7036aac0000201c0000202"
                + "3133c8010064bf81c0000264",
            source: "192.0.2.1",
            destination: "192.0.2.2",
            advertisement: v3(200, ["192.0.2.100"]),
            checksumForm: .pseudoHeader
        ),
        Vector(
            name: "V8 version 3, IPv6",
            frame: "33330000001200005e00023386dd"
                + "6c000000002870fffe8000000000000000000000000a0001ff020000000000000000000000000012"
                + "3133c8020064da61fe8000000000000000000000005e003320010db8000000000000000000000100",
            source: "fe80::a:1",
            destination: "ff02::12",
            advertisement: v3(200, two6),
            checksumForm: .pseudoHeader
        ),
        Vector(
            name: "V9 version 3, IPv6, priority 0",
            frame: "33330000001200005e00023386dd"
                + "6c000000002870fffe8000000000000000000000000a0001ff020000000000000000000000000012"
                + "313300020064a262fe8000000000000000000000005e003320010db8000000000000000000000100",
            source: "fe80::a:1",
            destination: "ff02::12",
            advertisement: v3(0, two6),
            checksumForm: .pseudoHeader
        ),
    ]

    /// V10: V4a with its last octet changed.
    static let wrongChecksum =
        ipv4Head + "45c0002000000000ff70189ac0000201e0000012" + "3133c8010064a171c0000265"
}
