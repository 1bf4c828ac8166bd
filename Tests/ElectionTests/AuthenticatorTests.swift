import DirectorCore
import Election
import Primitives
import Testing
import VRRP

/// The trailer's code, against values that were computed independently of this code.
@Suite struct AuthenticatorTests {
    static let secret = Array("0123456789abcdef0123456789abcdef".utf8)

    static func octets(_ hexadecimal: String) -> [UInt8] {
        let digits = Array(hexadecimal)
        return stride(from: 0, to: digits.count - 1, by: 2).compactMap { UInt8(String(digits[$0...$0 + 1]), radix: 16) }
    }

    static let version2 = octets("21339602010186e4c0000264c00002657333637265740000")
    static let version3 = octets("3133c8010064a171c0000264")
    static let ipv6 = octets(
        "3133c8020064da61fe8000000000000000000000005e003320010db8000000000000000000000100"
    )
    static let trailer = octets("010700006b49d200075bcd15619bb00bf74252fccb4142e5efc436c8")

    static func authenticator(
        keys: [UInt8: [UInt8]] = [1: secret, 7: secret],
        addresses: [String] = ["192.0.2.100/24"],
        interface: String = "eth0",
    ) -> Authenticator {
        var router = VirtualRouterSettings(
            name: "lan",
            virtualRouterIdentifier: 51,
            interface: interface,
            addresses: addresses.compactMap { Prefix($0) }
        )
        router.authenticity = AuthenticitySettings(
            mode: .enforce,
            sendKey: 7,
            keys: keys.sorted { $0.key < $1.key }.map { .init(identifier: $0.key, secret: $0.value) }
        )
        return Authenticator(ElectionSettings(routers: [router]))
    }

    static func header(_ key: UInt8 = 7, _ seconds: Int64 = 1_800_000_000, _ counter: Int64 = 123_456_789)
        -> AuthenticityTrailer.Header
    {
        .init(keyIdentifier: key, stamp: .init(nanoseconds: seconds * 1_000_000_000 + counter))
    }

    static func packet(
        _ payload: [UInt8] = version3 + trailer,
        from source: String = "192.0.2.1",
        interface: String = "eth0",
    ) throws -> ReceivedPacket {
        let source = try #require(IPAddress(source))
        return ReceivedPacket(
            interface: interface,
            payload: payload,
            source: source,
            destination: ProtocolVersion.group(source.family),
            timeToLive: 255,
            receivedAt: MonotonicInstant(nanoseconds: 0)
        )
    }

    @Test(arguments: [
        (version3, "192.0.2.1", header(), "010700006b49d200075bcd15619bb00bf74252fccb4142e5efc436c8"),
        (
            version2, "192.0.2.1", header(7, 1_800_000_000, 123_456_790),
            "010700006b49d200075bcd16a02d7134cfb01602cec74b89e790de3b"
        ),
        (
            ipv6, "fe80::a:1", header(1, 1_800_000_001, 0),
            "010100006b49d20100000000581f7ce34ed79ecd540591ff4bed7a00"
        ),
    ])
    func `signs and verifies the vectors`(
        _ message: [UInt8],
        _ source: String,
        _ header: AuthenticityTrailer.Header,
        _ expected: String,
    ) throws {
        let family = try #require(IPAddress(source)).family
        let authenticator = Self.authenticator(
            addresses: family == .ipv4 ? ["192.0.2.100/24"] : ["fe80::5e:33/64", "2001:db8::100/64"]
        )
        let signed = authenticator.sign(message, header, on: "eth0", from: try #require(IPAddress(source)))
        #expect(signed == message + Self.octets(expected))
        let judged = authenticator.judged(try Self.packet(message + Self.octets(expected), from: source))
        #expect(judged.payload == message)
        #expect(judged.authenticity == .verified(header))
    }

    @Test func `any octet that is changed makes the code wrong, save the message's checksum`() throws {
        let authenticator = Self.authenticator()
        let signed = Self.version3 + Self.trailer
        for index in signed.indices {
            var forged = signed
            forged[index] ^= 1
            let judged = authenticator.judged(try Self.packet(forged))
            switch index {
            case 6, 7:
                #expect(judged.authenticity == .verified(Self.header()), "octet \(index)")
            case 14, 15:
                // Reserved: what a later version puts there is not read.
                #expect(judged.authenticity == .verified(Self.header()), "octet \(index)")
            default:
                if case .verified = judged.authenticity { Issue.record("octet \(index) may be forged") }
            }
        }
    }

    @Test func `the source is bound, and so is the virtual router`() throws {
        let authenticator = Self.authenticator()
        #expect(authenticator.judged(try Self.packet(from: "192.0.2.9")).authenticity == .failed(.invalid))
        #expect(authenticator.judged(try Self.packet()).authenticity == .verified(Self.header()))
        let elsewhere = try Self.packet(interface: "eth1")
        #expect(authenticator.judged(elsewhere) == elsewhere)
    }

    @Test func `each failure has its cause`() throws {
        func verdict(_ payload: [UInt8], _ keys: [UInt8: [UInt8]] = [7: Self.secret]) throws -> AuthenticityVerdict {
            Self.authenticator(keys: keys).judged(try Self.packet(payload)).authenticity
        }
        #expect(try verdict(Self.version3) == .absent)
        #expect(try verdict(Self.version3 + Self.trailer.dropLast()) == .failed(.malformed))
        #expect(try verdict(Self.version3 + Self.trailer + [0]) == .failed(.malformed))
        #expect(try verdict(Self.version3 + [2] + Self.trailer.dropFirst()) == .failed(.malformed))
        #expect(try verdict(Self.version3 + Self.trailer, [8: Self.secret]) == .failed(.unknownKey))
        #expect(try verdict(Self.version3 + Self.trailer, [7: Self.secret.reversed()]) == .failed(.invalid))
    }

    @Test func `during a rotation either key verifies, and the configured one signs`() throws {
        let other = [UInt8](Self.secret.reversed())
        let authenticator = Self.authenticator(keys: [7: Self.secret, 8: other])
        let source = try #require(IPAddress("192.0.2.1"))
        for key: UInt8 in [7, 8] {
            let signed = try #require(authenticator.sign(Self.version3, Self.header(key), on: "eth0", from: source))
            #expect(authenticator.judged(try Self.packet(signed)).authenticity == .verified(Self.header(key)))
        }
        #expect(authenticator.sign(Self.version3, Self.header(9), on: "eth0", from: source) == nil)
    }

    @Test func `what is no message is left as it is`() throws {
        let authenticator = Self.authenticator()
        for payload in [[], [0x31], Array(Self.version3.dropLast()), [0x41] + Array(repeating: 51, count: 60)] {
            let packet = try Self.packet(payload)
            #expect(authenticator.judged(packet) == packet)
        }
    }
}
