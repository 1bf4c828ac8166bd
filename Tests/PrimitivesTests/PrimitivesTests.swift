import Primitives
import Testing

@Suite struct `Addresses` {
    @Test(arguments: ["0.0.0.0", "192.0.2.1", "255.255.255.255", "10.20.30.40"])
    func `an IPv4 address reads what it writes`(text: String) throws {
        let address = try #require(IPv4Address(text))
        #expect(address.description == text)
        #expect(IPAddress(bytes: address.bytes) == .v4(address))
    }

    @Test(arguments: [
        "", "1", "1.2.3", "1.2.3.4.5", "256.1.1.1", "01.2.3.4", "1..2.3", "1.2.3.4 ", "+1.2.3.4", "1.2.3.", "a.b.c.d",
    ])
    func `a wrong IPv4 address is refused`(text: String) {
        #expect(IPv4Address(text) == nil)
    }

    @Test(arguments: [
        ("::", "::"), ("::1", "::1"), ("1::", "1::"), ("2001:db8::1", "2001:db8::1"),
        ("2001:DB8:0:0:1:0:0:1", "2001:db8::1:0:0:1"), ("2001:0db8:0:1:1:1:1:1", "2001:db8:0:1:1:1:1:1"),
        ("fe80:0:0:0:0:0:a:1", "fe80::a:1"), ("::ffff:192.0.2.1", "::ffff:c000:201"),
        ("1:2:3:4:5:6:192.0.2.1", "1:2:3:4:5:6:c000:201"), ("1:2:3:4:5:6:7::", "1:2:3:4:5:6:7:0"),
    ])
    func `an IPv6 address is written as RFC 5952 wants it`(text: String, expected: String) throws {
        let address = try #require(IPv6Address(text))
        #expect(address.description == expected)
        #expect(IPv6Address(expected) == address)
        #expect(IPAddress(bytes: address.bytes) == .v6(address))
    }

    @Test(arguments: [
        "", ":", ":::", "1::2::3", "1:2:3:4:5:6:7", "1:2:3:4:5:6:7:8:9", "1:2:3:4:5:6:7:8::", "12345::", "g::", "+1::",
        "1.2.3.4::", "::1.2.3", "::1.2.3.4:5", "1:", ":1", "fe80::1%eth0",
    ])
    func `a wrong IPv6 address is refused`(text: String) {
        #expect(IPv6Address(text) == nil)
    }

    @Test func `only fe80 with ten bits is link-local`() throws {
        #expect(try #require(IPv6Address("fe80::1")).isLinkLocal)
        #expect(try #require(IPv6Address("febf::1")).isLinkLocal)
        #expect(try !#require(IPv6Address("fec0::1")).isLinkLocal)
    }

    @Test func `addresses order by family, then by number`() throws {
        let sorted = try ["::1", "10.0.0.2", "9.255.0.1", "2001:db8::"].map { try #require(IPAddress($0)) }.sorted()
        #expect(sorted.map(\.description) == ["9.255.0.1", "10.0.0.2", "::1", "2001:db8::"])
    }

    @Test(arguments: [
        ("192.0.2.0/24", "192.0.2.255", true), ("192.0.2.0/24", "192.0.3.0", false), ("0.0.0.0/0", "1.2.3.4", true),
        ("192.0.2.129/25", "192.0.2.128", true), ("192.0.2.129/25", "192.0.2.127", false),
        ("2001:db8::/33", "2001:db8:7fff::", true), ("2001:db8::/33", "2001:db8:8000::", false),
        ("0.0.0.0/0", "::", false), ("192.0.2.1", "192.0.2.1", true), ("192.0.2.1", "192.0.2.2", false),
    ])
    func `a prefix contains its network and nothing else`(prefix: String, address: String, expected: Bool) throws {
        #expect(try #require(Prefix(prefix)).contains(#require(IPAddress(address))) == expected)
    }

    @Test(arguments: ["192.0.2.1/33", "::/129", "192.0.2.1/", "192.0.2.1/+1", "192.0.2.1/-1", "/24", "1.2.3.4/24/1"])
    func `a wrong prefix is refused`(text: String) {
        #expect(Prefix(text) == nil)
    }

    @Test(arguments: ["192.0.2.1:80", "[2001:db8::1]:65535", "0.0.0.0:0"])
    func `an endpoint reads what it writes`(text: String) throws {
        #expect(try #require(Endpoint(text)).description == text)
    }

    @Test(arguments: [
        "192.0.2.1", "192.0.2.1:", "192.0.2.1:65536", "2001:db8::1:80", "[192.0.2.1]:80", "[::1]", ":80", "[]:1",
    ])
    func `a wrong endpoint is refused`(text: String) {
        #expect(Endpoint(text) == nil)
    }

    @Test func `a MAC address reads what it writes`() throws {
        let address = try #require(MACAddress("02:00:5e:10:0f:ff"))
        #expect(address.description == "02:00:5e:10:0f:ff")
        #expect(MACAddress(bytes: address.bytes) == address)
        #expect(MACAddress("02:00:5e:10:0f") == nil)
        #expect(MACAddress("2:0:5e:10:f:ff") == nil)
    }

    @Test func `a fingerprint reads what it writes and nothing shorter`() throws {
        let fingerprint = try #require(KeyFingerprint(bytes: (0..<32).map { UInt8($0 * 7) }))
        #expect(KeyFingerprint(fingerprint.description) == fingerprint)
        #expect(KeyFingerprint(fingerprint.description.dropLast()) == nil)
        #expect(KeyFingerprint(bytes: [1, 2, 3]) == nil)
    }
}

@Suite struct `Bytes` {
    @Test func `a reader gives back what a writer took`() throws {
        var writer = ByteWriter()
        writer.write(UInt8(0x12))
        writer.write(UInt16(0x3456))
        writer.write(UInt32(0x789a_bcde))
        writer.write(UInt64(0xf012_3456_789a_bcde))
        writer.write(bytes: [1, 2, 3])
        #expect(writer.bytes.prefix(7) == [0x12, 0x34, 0x56, 0x78, 0x9a, 0xbc, 0xde])
        var reader = ByteReader(writer.bytes)
        #expect(try reader.read(UInt8.self) == 0x12)
        #expect(try reader.read(UInt16.self) == 0x3456)
        #expect(try reader.read(UInt32.self) == 0x789a_bcde)
        #expect(try reader.read(UInt64.self) == 0xf012_3456_789a_bcde)
        #expect(Array(reader.readRest()) == [1, 2, 3])
        #expect(reader.isAtEnd)
    }

    @Test func `a reader never passes the end`() throws {
        var reader = ByteReader([1, 2, 3])
        #expect(throws: ByteReader.Truncated.self) { try reader.read(UInt32.self) }
        #expect(throws: ByteReader.Truncated.self) { try reader.read(count: 4) }
        #expect(throws: ByteReader.Truncated.self) { try reader.read(count: -1) }
        #expect(reader.remaining == 3)
    }

    /// The example of RFC 1071 section 3.
    @Test func `the checksum is RFC 1071's, whatever the runs`() {
        let bytes: [UInt8] = [0x00, 0x01, 0xf2, 0x03, 0xf4, 0xf5, 0xf6, 0xf7]
        #expect(InternetChecksum.of(bytes) == ~0xddf2)
        var inRuns = InternetChecksum()
        inRuns.add(bytes[..<3])
        inRuns.add(bytes[3...])
        #expect(inRuns.value == ~0xddf2)
        #expect(InternetChecksum.of(bytes + [0x22, 0x0d]) == 0)
    }
}

@Suite struct `Time` {
    @Test(arguments: [
        (Interval.zero, "0s"), (.nanoseconds(12), "12ns"), (.microseconds(1), "1us"), (.milliseconds(200), "200ms"),
        (.milliseconds(1_500), "1.5s"), (.seconds(60), "1m"), (.seconds(90), "1.5m"), (.seconds(3_600), "1h"),
        (.seconds(86_400), "1d"), (.milliseconds(-3), "-3ms"),
    ])
    func `an interval is written in its own unit`(interval: Interval, expected: String) {
        #expect(interval.description == expected)
    }

    @Test func `instants and intervals add up`() {
        let start = MonotonicInstant(nanoseconds: 5)
        #expect(start + .milliseconds(1) - start == .milliseconds(1))
        #expect(start < start + .nanoseconds(1))
    }

    @Test func `the generator is the same everywhere`() {
        var generator = SeededGenerator(seed: 0)
        #expect(generator.next() == 0xe220_a839_7b1d_cdaf)
        #expect(generator.next() == 0x6e78_9e6a_a1b9_65f4)
    }
}
