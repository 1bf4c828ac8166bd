import Primitives
import Testing
import VRRP

extension Tag {
    @Tag static var rfc9568: Self
}

@Suite(.tags(.rfc9568))
struct AdvertisementTests {
    @Test(arguments: Vectors.all)
    func `decodes a frame that was made elsewhere`(_ vector: Vectors.Vector) throws {
        let frame = try #require(EthernetFrame(decoding: Vectors.bytes(vector.frame)))
        let packet = try IPPacket(decoding: frame.payload)
        #expect(packet.source == Vectors.address(vector.source))
        #expect(packet.destination == Vectors.address(vector.destination))
        #expect(packet.protocol == ProtocolVersion.protocolNumber)
        #expect(packet.timeToLive == ProtocolVersion.timeToLive)
        #expect(packet.trafficClass == 0xc0)
        let decoded = try Advertisement.decode(packet.payload, from: packet.source, to: packet.destination)
        #expect(decoded.advertisement == vector.advertisement)
        #expect(decoded.checksumForm == vector.checksumForm)
    }

    @Test(arguments: Vectors.all)
    func `encodes the same octets`(_ vector: Vectors.Vector) throws {
        let expected = Vectors.bytes(vector.frame)
        let frame = try #require(EthernetFrame(decoding: expected))
        let (source, destination) = (Vectors.address(vector.source), Vectors.address(vector.destination))
        let message = vector.advertisement.encode(from: source, to: destination, checksum: vector.checksumForm)
        let packet = IPPacket(
            source: source,
            destination: destination,
            protocol: ProtocolVersion.protocolNumber,
            payload: message[...]
        )
        let encoded = EthernetFrame(
            destination: frame.destination,
            source: frame.source,
            etherType: frame.etherType,
            payload: packet.encode()[...]
        ).encode()
        #expect(encoded == expected)
    }

    @Test func `refuses a wrong checksum`() throws {
        let frame = try #require(EthernetFrame(decoding: Vectors.bytes(Vectors.wrongChecksum)))
        let packet = try IPPacket(decoding: frame.payload)
        #expect(throws: Rejection.wrongChecksum) {
            try Advertisement.decode(packet.payload, from: packet.source, to: packet.destination)
        }
    }

    @Test(arguments: Vectors.all)
    func `refuses every single wrong octet of a message`(_ vector: Vectors.Vector) throws {
        let frame = try #require(EthernetFrame(decoding: Vectors.bytes(vector.frame)))
        let packet = try IPPacket(decoding: frame.payload)
        for index in packet.payload.indices {
            var message = packet.payload
            message[index] ^= 0x10
            #expect(throws: Rejection.self) {
                try Advertisement.decode(message, from: packet.source, to: packet.destination)
            }
        }
    }

    @Test(arguments: Vectors.all)
    func `refuses every shorter and every longer message`(_ vector: Vectors.Vector) throws {
        let frame = try #require(EthernetFrame(decoding: Vectors.bytes(vector.frame)))
        let packet = try IPPacket(decoding: frame.payload)
        for count in 0..<packet.payload.count {
            #expect(throws: Rejection.truncated) {
                try Advertisement.decode(packet.payload.prefix(count), from: packet.source, to: packet.destination)
            }
        }
        #expect(throws: Rejection.wrongLength) {
            try Advertisement.decode(packet.payload + [0], from: packet.source, to: packet.destination)
        }
    }

    @Test func `tolerates Ethernet padding, a tag, and the reserved bits`() throws {
        var padded = Vectors.bytes(Vectors.all[3].frame) + [0, 0, 0, 0]
        padded.insert(contentsOf: [0x81, 0x00, 0x00, 0x07], at: 12)
        let frame = try #require(EthernetFrame(decoding: padded))
        var packet = try IPPacket(decoding: frame.payload)
        #expect(packet.payload.count == 12)
        packet.payload[packet.payload.startIndex + 4] |= 0xf0
        // The reserved bits take part in the checksum: a000 a171 - f000 = b171 with the borrow.
        var message = Array(packet.payload)
        message[6...7] = [0xb1, 0x70]
        let decoded = try Advertisement.decode(message[...], from: packet.source, to: packet.destination)
        #expect(decoded.advertisement == Vectors.all[3].advertisement)
    }

    @Test func `refuses version, type and family that do not exist`() {
        let (source, group) = (Vectors.address("192.0.2.1"), Vectors.address("224.0.0.18"))
        let message = Vectors.all[3].advertisement.encode(from: source, to: group, checksum: .pseudoHeader)
        for first in UInt8.min...UInt8.max where first != 0x31 {
            var changed = message
            changed[0] = first
            let cause: Rejection =
                switch (first >> 4, first & 15) {
                case (2, 1): .truncated
                case (2, _), (3, _): .wrongType
                default: .wrongVersion
                }
            #expect(throws: cause) { try Advertisement.decode(changed[...], from: source, to: group) }
        }
        let six = (Vectors.address("fe80::1"), Vectors.address("ff02::12"))
        let version2 = Vectors.all[0].advertisement.encode(from: source, to: group, checksum: .messageOnly)
        #expect(throws: Rejection.wrongVersion) { try Advertisement.decode(version2[...], from: six.0, to: six.1) }
        #expect(throws: Rejection.wrongVersion) { try Advertisement.decode(message[...], from: six.0, to: group) }
    }

    @Test func `never traps on random octets`() {
        var generator = SeededGenerator(seed: 9568)
        let frames = Vectors.all.map { Vectors.bytes($0.frame) }
        for round in 0..<20_000 {
            var bytes = frames[round % frames.count]
            for _ in 0..<Int.random(in: 0...6, using: &generator) {
                bytes[Int.random(in: bytes.indices, using: &generator)] = UInt8.random(in: 0...255, using: &generator)
            }
            if round % 3 == 0 { bytes = Array(bytes.prefix(Int.random(in: 0...bytes.count, using: &generator))) }
            guard let frame = EthernetFrame(decoding: bytes) else { continue }
            _ = ARPPacket(decoding: frame.payload)
            guard let packet = try? IPPacket(decoding: frame.payload) else { continue }
            let decoded = try? Advertisement.decode(packet.payload, from: packet.source, to: packet.destination)
            guard let decoded else { continue }
            let again = decoded.advertisement.encode(
                from: packet.source,
                to: packet.destination,
                checksum: decoded.checksumForm
            )
            #expect(again.count == packet.payload.count)
        }
    }

    @Test func `a router advertises its own settings`() {
        var settings = VirtualRouterSettings(
            name: "lan",
            virtualRouterIdentifier: 51,
            interface: "eth0",
            addresses: [Prefix(host: Vectors.address("192.0.2.100"))]
        )
        settings.advertisementInterval = .seconds(1)
        #expect(Advertisement(of: settings, priority: 200) == Vectors.all[3].advertisement)
        settings.version = .version2
        #expect(Advertisement(of: settings, priority: 100) == Vectors.all[0].advertisement)
    }
}
