import Primitives
import Testing

@testable import IPVS

/// SYNs as a packet socket gives them, and what is told of them.
@Suite struct ConnectionOpeningTests {
    private static let link: [UInt8] = [2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 2]

    /// 198.51.100.7:50000 to 192.0.2.100:80, with so many words of IP options.
    private static func ipv4(flags: UInt8 = 0x02, fragment: [UInt8] = [0x40, 0], options: Int = 0) -> [UInt8] {
        link + [0x08, 0, 0x45 + UInt8(options), 0, 0, UInt8(40 + 4 * options), 0, 1] + fragment + [64, 6, 0, 0]
            + [198, 51, 100, 7, 192, 0, 2, 100] + [UInt8](repeating: 1, count: 4 * options)
            + [0xc3, 0x50, 0, 80, 0, 0, 0, 1, 0, 0, 0, 0, 0x50, flags, 0xff, 0xff, 0, 0, 0, 0]
    }

    private static let ipv6: [UInt8] =
        link + [0x86, 0xdd, 0x60, 0, 0, 0, 0, 20, 6, 64]
        + [0x20, 0x01, 0x0d, 0xb8] + [UInt8](repeating: 0, count: 11) + [7]
        + [0x20, 0x01, 0x0d, 0xb8] + [UInt8](repeating: 0, count: 11) + [0x64]
        + [0xc3, 0x51, 1, 0xbb, 0, 0, 0, 1, 0, 0, 0, 0, 0x50, 0x02, 0xff, 0xff, 0, 0, 0, 0]

    @Test(arguments: [0, 1, 10])
    func `finds client and service behind IPv4, with options or without`(options: Int) throws {
        let key = try #require(ConnectionOpening.key(inFrame: Self.ipv4(options: options)))
        #expect("\(key.client)" == "198.51.100.7:50000")
        #expect("\(key.service.endpoint)" == "192.0.2.100:80" && key.service.protocol == .tcp)
        // ECN is asked for in a SYN (RFC 3168 section 6.1.1).
        #expect(ConnectionOpening.key(inFrame: Self.ipv4(flags: 0xc2, options: options)) == key)
    }

    @Test func `finds client and service behind IPv6`() throws {
        let key = try #require(ConnectionOpening.key(inFrame: Self.ipv6))
        #expect("\(key.client)" == "[2001:db8::7]:50001")
        #expect("\(key.service.endpoint)" == "[2001:db8::64]:443")
    }

    @Test func `passes over what opens nothing`() {
        for flags: UInt8 in [0x12, 0x10, 0x18, 0x04, 0x11, 0x00] {
            #expect(ConnectionOpening.key(inFrame: Self.ipv4(flags: flags)) == nil)
        }
        #expect(ConnectionOpening.key(inFrame: Self.ipv4(fragment: [0x20, 1])) == nil, "a later fragment")
        for (index, value) in [(12, 0x81), (14, 0x55), (14, 0x44), (23, 17)] as [(Int, UInt8)] {
            var frame = Self.ipv4()
            frame[index] = value
            #expect(ConnectionOpening.key(inFrame: frame) == nil, "\(index)")
        }
        var extended = Self.ipv6
        extended[20] = 0
        #expect(ConnectionOpening.key(inFrame: extended) == nil)
    }

    @Test func `refuses every frame that is cut off`() {
        for frame in [Self.ipv4(), Self.ipv4(options: 10), Self.ipv6] {
            // The flags are the last that is read.
            for count in 0..<frame.count - 6 {
                #expect(ConnectionOpening.key(inFrame: Array(frame.prefix(count))) == nil, "\(count)")
            }
            #expect(ConnectionOpening.key(inFrame: Array(frame.prefix(frame.count - 6))) != nil)
        }
    }

    @Test func `is told as the receiver's own and in TIME_WAIT, in the place of what it remembers`() throws {
        let key = try #require(ConnectionOpening.key(inFrame: Self.ipv4()))
        let message = try #require(SyncMessage.encode([SyncedConnection(opening: key)], identifier: 9).first)
        #expect(
            message[8...] == [
                0, 6, 0, 36,  // IPv4, TCP, size
                0, 0, 0, 0x81,  // local, no output, and not inactive
                0, 5, 0xc3, 0x50,  // TIME_WAIT, client's port
                0, 80, 0, 80, 0, 0, 0, 0,
                0, 0, 0, 3,  // 3 s
                198, 51, 100, 7, 192, 0, 2, 100, 192, 0, 2, 100,
            ]
        )
    }

    @Test func `is told as active and in SYN_RECV, with its real server, once that is known`() throws {
        let key = try #require(ConnectionOpening.key(inFrame: Self.ipv4()))
        let destination = try #require(Endpoint("192.0.2.15:80"))
        let told = SyncedConnection(forwarding: key, to: destination)
        let message = try #require(SyncMessage.encode([told], identifier: 9).first)
        #expect(
            message[8...] == [
                0, 6, 0, 36,  // IPv4, TCP, size
                0, 0, 0, 0x83,  // direct routing, no output, and not inactive
                0, 3, 0xc3, 0x50,  // SYN_RECV, client's port
                0, 80, 0, 80, 0, 0, 0, 0,
                0, 0, 0, 60,  // 60 s
                198, 51, 100, 7, 192, 0, 2, 100, 192, 0, 2, 15,
            ]
        )
        #expect(ConnectionOpening.receiver(ofFrame: Self.ipv4())?.rawValue == 0x0200_0000_0001)
        #expect(ConnectionOpening.receiver(ofFrame: [2, 0, 0, 0, 0]) == nil)
    }
}
