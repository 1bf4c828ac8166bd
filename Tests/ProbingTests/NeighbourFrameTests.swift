import Health
import Primitives
import Testing
import VRRP

@testable import Probing

@Suite struct `Neighbour frames` {
    static let own = IPv6Address(high: 0x2001_0db8_0000_0000, low: 2)
    static let virtual = IPv6Address(high: 0x2001_0db8_0000_0000, low: 0x0100)
    static let ownMAC = MACAddress(rawValue: 0x0200_5e10_0002)
    static let webMAC = MACAddress(rawValue: 0x0200_5e10_000b)

    @Test func `a solicitation is as the RFCs say, to everybody and to one machine`() throws {
        let frame = try #require(
            NeighbourFrame.question(for: .v6(Self.virtual), from: (.v6(Self.own), Self.ownMAC), to: nil)
        )
        let expected: [UInt8] = [
            0x33, 0x33, 0xff, 0x00, 0x01, 0x00,  // the solicited-node address's MAC
            0x02, 0x00, 0x5e, 0x10, 0x00, 0x02,  // source
            0x86, 0xdd,  // IPv6
            0x6c, 0x00, 0x00, 0x00,  // version, traffic class CS6, flow label
            0x00, 0x20, 0x3a, 0xff,  // payload 32, ICMPv6, hop limit 255
            0x20, 0x01, 0x0d, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x02,  // 2001:db8::2
            0xff, 0x02, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x01, 0xff, 0x00, 0x01, 0x00,  // ff02::1:ff00:100
            0x87, 0x00, 0x00, 0x00,  // type 135, code 0, checksum
            0x00, 0x00, 0x00, 0x00,  // reserved
            0x20, 0x01, 0x0d, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x01, 0x00,  // 2001:db8::100
            0x01, 0x01, 0x02, 0x00, 0x5e, 0x10, 0x00, 0x02,  // source link-layer address
        ]
        #expect(frame.count == expected.count)
        #expect(Array(frame[..<56]) == Array(expected[..<56]))
        #expect(Array(frame[58...]) == Array(expected[58...]))
        var checksum = InternetChecksum()
        checksum.add(frame[22..<54])
        checksum.add([0, 0, 0, 32, 0, 0, 0, 58])
        checksum.add(frame[54...])
        #expect(checksum.value == 0)

        let single = NeighbourSolicitation(target: Self.virtual, source: Self.own, mac: Self.ownMAC)
            .frame(to: Self.webMAC)
        #expect(Array(single[..<6]) == Self.webMAC.bytes)
        #expect(Array(single[38..<54]) == Self.virtual.bytes)
    }

    @Test func `an address of the other family is not asked for`() {
        let address = IPAddress.v4(IPv4Address(192, 0, 2, 2))
        #expect(NeighbourFrame.question(for: .v6(Self.virtual), from: (address, Self.ownMAC), to: nil) == nil)
        #expect(NeighbourFrame.probe(for: address, from: (.v6(Self.own), Self.ownMAC)) != nil, "it names no sender")
    }

    @Test func `an advertisement, a reply and an announcement are answers, and a request is a question`() {
        let advertised = NeighbourAdvertisement(target: Self.virtual, mac: Self.webMAC).frame()
        #expect(
            NeighbourFrame.claim(in: advertised)
                == NeighbourFrame.Claim(address: .v6(Self.virtual), mac: Self.webMAC, kind: .answer)
        )
        let (virtual, other) = (IPv4Address(192, 0, 2, 100), IPv4Address(192, 0, 2, 77))
        func claim(_ operation: ARPPacket.Operation, for target: IPv4Address) -> NeighbourFrame.Claim? {
            let packet = ARPPacket(
                operation: operation,
                senderMAC: Self.webMAC,
                senderAddress: virtual,
                targetMAC: MACAddress(rawValue: 0),
                targetAddress: target,
            )
            return NeighbourFrame.claim(in: packet.frame())
        }
        #expect(claim(.reply, for: other)?.kind == .answer)
        #expect(claim(.request, for: virtual)?.kind == .answer)
        #expect(claim(.request, for: other)?.kind == .question)
        #expect(claim(.request, for: other)?.address == .v4(virtual))
    }

    @Test func `survives every truncation and any bytes`() {
        let frames = [
            NeighbourAdvertisement(target: Self.virtual, mac: Self.webMAC).frame(),
            ARPPacket.gratuitous(IPv4Address(192, 0, 2, 100), at: Self.webMAC).frame(),
        ]
        var generator = SeededGenerator(seed: 6)
        for frame in frames {
            for length in 0..<frame.count { #expect(NeighbourFrame.claim(in: Array(frame.prefix(length))) == nil) }
            for _ in 0..<10_000 {
                var mutated = frame
                for _ in 0..<3 {
                    mutated[Int(generator.next() % UInt64(frame.count))] = UInt8(
                        truncatingIfNeeded: generator.next()
                    )
                }
                _ = NeighbourFrame.claim(in: mutated)
            }
        }
    }
}
