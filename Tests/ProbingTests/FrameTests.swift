import Health
import Linux
import Primitives
import Testing
import VRRP

@testable import Probing

@Suite struct `Handshake frames` {
    static func mac(_ last: UInt64) -> MACAddress { MACAddress(rawValue: 0x0200_0000_0000 | last) }
    static let director = HandshakeFrame.End(
        mac: mac(1),
        address: .v4(IPv4Address(192, 0, 2, 2)),
        port: 40_000
    )
    static let virtual = HandshakeFrame.End(
        mac: mac(2),
        address: .v4(IPv4Address(192, 0, 2, 100)),
        port: 80
    )

    @Test func `opens with a SYN that every field of is as the RFCs say`() {
        let frame = HandshakeFrame.synchronize(
            from: Self.director,
            to: Self.virtual,
            sequence: 0x0102_0304
        )
        let expected: [UInt8] = [
            0x02, 0x00, 0x00, 0x00, 0x00, 0x02,  // destination
            0x02, 0x00, 0x00, 0x00, 0x00, 0x01,  // source
            0x08, 0x00,  // IPv4
            0x45, 0x00, 0x00, 0x2c,  // version, length of the header, ToS, total length 44
            0x00, 0x00, 0x00, 0x00,  // identification, no fragment
            0x40, 0x06, 0xf6, 0x65,  // TTL 64, TCP, checksum
            0xc0, 0x00, 0x02, 0x02,  // 192.0.2.2
            0xc0, 0x00, 0x02, 0x64,  // 192.0.2.100
            0x9c, 0x40, 0x00, 0x50,  // ports 40000, 80
            0x01, 0x02, 0x03, 0x04,  // sequence number
            0x00, 0x00, 0x00, 0x00,  // acknowledgement number
            0x60, 0x02, 0xfa, 0xf0,  // six words, SYN, window 64240
            0x00, 0x00, 0x00, 0x00,  // checksum, urgent pointer
            0x02, 0x04, 0x05, 0xb4,  // MSS 1460
        ]
        #expect(frame.count == expected.count)
        #expect(Array(frame[..<50]) == Array(expected[..<50]))
        #expect(Array(frame[54...]) == Array(expected[54...]))
        #expect(InternetChecksum.of(frame[14..<34]) == 0)
        var checksum = InternetChecksum()
        checksum.add(frame[26..<34])
        checksum.add([0, 6, 0, 24])
        checksum.add(frame[34...])
        #expect(checksum.value == 0)
    }

    @Test func `opens and reads over IPv6 too`() {
        func address(_ low: UInt64) -> IPAddress { .v6(IPv6Address(high: 0x2001_0db8_0000_0000, low: low)) }
        let director = HandshakeFrame.End(mac: Self.mac(1), address: address(2), port: 40_000)
        let virtual = HandshakeFrame.End(mac: Self.mac(2), address: address(0x100), port: 80)
        let frame = HandshakeFrame.synchronize(from: director, to: virtual, sequence: 0x0102_0304)
        let expected: [UInt8] = [
            0x02, 0x00, 0x00, 0x00, 0x00, 0x02,  // destination
            0x02, 0x00, 0x00, 0x00, 0x00, 0x01,  // source
            0x86, 0xdd,  // IPv6
            0x60, 0x00, 0x00, 0x00,  // version, traffic class, flow label
            0x00, 0x18, 0x06, 0x40,  // payload 24, TCP, hop limit 64
            0x20, 0x01, 0x0d, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x02,  // 2001:db8::2
            0x20, 0x01, 0x0d, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x01, 0x00,  // 2001:db8::100
            0x9c, 0x40, 0x00, 0x50,  // ports 40000, 80
            0x01, 0x02, 0x03, 0x04,  // sequence number
            0x00, 0x00, 0x00, 0x00,  // acknowledgement number
            0x60, 0x02, 0xfa, 0xf0,  // six words, SYN, window 64240
            0x00, 0x00, 0x00, 0x00,  // checksum, urgent pointer
            0x02, 0x04, 0x05, 0xa0,  // MSS 1440
        ]
        #expect(frame.count == expected.count)
        #expect(Array(frame[..<70]) == Array(expected[..<70]))
        #expect(Array(frame[74...]) == Array(expected[74...]))
        var checksum = InternetChecksum()
        checksum.add(frame[22..<54])
        checksum.add([0, 0, 0, 24, 0, 0, 0, 6])
        checksum.add(frame[54...])
        #expect(checksum.value == 0)

        let reset = HandshakeFrame.reset(from: virtual, to: director, sequence: 9)
        #expect(HandshakeFrame.answer(in: reset, to: director.address, ports: [40_000]) == nil, "it lacks the ACK")
        var answer = reset
        answer[67] = TCPSegment.Flags([.synchronize, .acknowledge]).rawValue
        let read = HandshakeFrame.answer(in: answer, to: director.address, ports: [40_000])
        #expect(read?.from == virtual)
        #expect(read?.isReset == false)
        #expect(HandshakeFrame.answer(in: answer, to: virtual.address, ports: [40_000]) == nil)
    }

    static func answer(_ flags: TCPSegment.Flags, port: UInt16 = 40_000) -> [UInt8] {
        let segment = TCPSegment(
            sourcePort: 80,
            destinationPort: port,
            sequence: 9,
            acknowledgement: 77,
            flags: flags
        )
        let packet = IPPacket(
            source: virtual.address,
            destination: director.address,
            protocol: 6,
            payload: segment.encode(from: virtual.address, to: director.address)[...],
        )
        return EthernetFrame(
            destination: director.mac,
            source: virtual.mac,
            etherType: 0x0800,
            payload: packet.encode()[...]
        ).encode()
    }

    static func read(_ frame: [UInt8]) -> HandshakeFrame.Answer? {
        HandshakeFrame.answer(in: frame, to: director.address, ports: [director.port])
    }

    @Test func `reads SYN-ACK, ACK and RST, and nothing else`() {
        let answered = HandshakeFrame.Answer(
            from: Self.virtual,
            port: Self.director.port,
            acknowledgement: 77,
            isReset: false,
        )
        #expect(Self.read(Self.answer([.synchronize, .acknowledge])) == answered)
        #expect(Self.read(Self.answer([.reset, .acknowledge]))?.isReset == true)
        #expect(Self.read(Self.answer([.synchronize])) == nil)
        #expect(Self.read(Self.answer([.acknowledge])) == answered)
        #expect(Self.read(Self.answer([.finish, .acknowledge])) == nil)
        #expect(Self.read(Self.answer([.reset])) == nil)
        #expect(Self.read(Self.answer([.synchronize, .acknowledge], port: 40_001)) == nil)
    }

    @Test func `does not judge the checksum of what it reads, nor the padding`() {
        var frame = Self.answer([.synchronize, .acknowledge])
        frame[50] ^= 0xff
        frame += [0, 0, 0, 0, 0, 0]
        #expect(Self.read(frame)?.acknowledgement == 77)
    }

    @Test func `survives every truncation and any bytes`() {
        let frame = Self.answer([.synchronize, .acknowledge])
        for length in 0..<frame.count { #expect(Self.read(Array(frame.prefix(length))) == nil) }
        var generator = SeededGenerator(seed: 5)
        for _ in 0..<20_000 {
            var mutated = frame
            for _ in 0..<3 {
                mutated[Int(generator.next() % UInt64(frame.count))] = UInt8(
                    truncatingIfNeeded: generator.next()
                )
            }
            _ = Self.read(mutated)
        }
    }
}
