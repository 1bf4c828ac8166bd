import Primitives
import Testing
import VRRP

/// The trailer's octets and the settings of authenticity.
@Suite struct AuthenticityTests {
    static let header = AuthenticityTrailer.Header(
        keyIdentifier: 7,
        stamp: .init(nanoseconds: 1_800_000_000_123_456_789)
    )

    @Test func `the trailer's octets are where the diagram has them`() {
        let code = (0..<16).map { UInt8($0) }
        let octets = AuthenticityTrailer(header: Self.header, code: code).encode()
        #expect(octets == Vectors.bytes("010700006b49d200075bcd15") + code)
        #expect(octets.count == AuthenticityTrailer.length)
        #expect(AuthenticityTrailer(decoding: octets[...]) == AuthenticityTrailer(header: Self.header, code: code))
    }

    @Test func `what is no trailer is not read as one`() {
        let right = AuthenticityTrailer(header: Self.header, code: Array(repeating: 1, count: 16)).encode()
        #expect(AuthenticityTrailer(decoding: right.dropLast()) == nil)
        #expect(AuthenticityTrailer(decoding: (right + [0])[...]) == nil)
        #expect(AuthenticityTrailer(decoding: ([2] + right.dropFirst())[...]) == nil)
        // A second has fewer nanoseconds than that.
        var late = right
        late.replaceSubrange(8..<12, with: Vectors.bytes("3b9aca00"))
        #expect(AuthenticityTrailer(decoding: late[...]) == nil)
    }

    @Test(arguments: Vectors.all)
    func `a message is told from what follows it`(_ vector: Vectors.Vector) throws {
        let frame = try #require(EthernetFrame(decoding: Vectors.bytes(vector.frame)))
        let packet = try IPPacket(decoding: frame.payload)
        let family = packet.source.family
        let trailer = [UInt8](repeating: 9, count: 28)
        let parts = try #require(AuthenticityTrailer.split((packet.payload + trailer)[...], family))
        #expect(Array(parts.message) == Array(packet.payload))
        #expect(Array(parts.trailer) == trailer)
        #expect(AuthenticityTrailer.split(packet.payload, family)?.trailer.isEmpty == true)
        #expect(AuthenticityTrailer.split(packet.payload.dropLast(), family) == nil)
    }

    @Test func `the code covers the source, the header and the message without its checksum`() {
        let message = Vectors.bytes("3133c8010064a171c0000264")
        let covered = AuthenticityTrailer.covered(by: Self.header, message, from: Vectors.address("192.0.2.1"))
        #expect(covered == Vectors.bytes("c0000201" + "010700006b49d200075bcd15" + "3133c80100640000c0000264"))
    }

    @Test func `keys that cannot be used are refused`() {
        func problem(_ mode: AuthenticitySettings.Mode, _ send: UInt8?, _ keys: [(UInt8, Int)])
            -> VirtualRouterSettings.Problem?
        {
            var settings = ReceptionTests.ipv4
            settings.authenticity = AuthenticitySettings(
                mode: mode,
                sendKey: send,
                keys: keys.map { .init(identifier: $0.0, secret: Array(repeating: 1, count: $0.1)) }
            )
            return settings.firstProblem()
        }
        #expect(problem(.enforce, 1, [(1, 16), (2, 32)]) == nil)
        #expect(problem(.receiveOnly, nil, [(1, 16)]) == nil)
        #expect(problem(.permissive, nil, [(1, 16)]) == .authenticityKeys)
        #expect(problem(.enforce, 2, [(1, 16)]) == .authenticityKeys)
        #expect(problem(.receiveOnly, 2, [(1, 16)]) == .authenticityKeys)
        #expect(problem(.enforce, 1, [(1, 15)]) == .authenticityKeys)
        #expect(problem(.enforce, 1, [(1, 16), (1, 16)]) == .authenticityKeys)
        #expect(problem(.receiveOnly, nil, []) == .authenticityKeys)
    }

    @Test func `a key does not show its secret`() {
        let key = AuthenticitySettings.Key(identifier: 3, secret: Array("very secret indeed".utf8))
        #expect("\(key)" == "key 3")
    }

    @Test func `the window is three intervals, and five seconds at least`() {
        #expect(AuthenticitySettings.window(.milliseconds(100)) == .seconds(5))
        #expect(AuthenticitySettings.window(.seconds(2)) == .seconds(6))
    }
}
