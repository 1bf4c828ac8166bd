import Health
import Primitives
import Testing

@Suite struct `DNS messages` {
    static let name = DNSName("www.example.com")

    @Test func `a query is laid out as RFC 1035 says`() throws {
        let name = try #require(DNSName("a.bc"))
        let expected: [UInt8] = [
            0x12, 0x34,  // identifier
            0x01, 0x00,  // recursion desired
            0, 1, 0, 0, 0, 0, 0, 0,  // one question
            1, 0x61, 2, 0x62, 0x63, 0,  // a.bc
            0, 28, 0, 1,  // AAAA, IN
        ]
        #expect(DNSMessage.query(name, type: 28, identifier: 0x1234) == expected)
    }

    static func response(_ records: [UInt8], count: UInt8 = 1, flags: [UInt8] = [0x81, 0x80]) throws -> [UInt8] {
        let name = try #require(Self.name)
        return [0, 7] + flags + [0, 1, 0, count, 0, 0, 0, 0] + name.encoded + [0, 1, 0, 1] + records
    }

    @Test func `names are read with and without compression`() throws {
        let record: [UInt8] = [0xc0, 12, 0, 5, 0, 1, 0, 0, 0, 60, 0, 6, 3, 0x66, 0x74, 0x70, 0xc0, 16]
        let message = try #require(DNSMessage(decoding: Self.response(record)))
        #expect(message.answers.map(\.text) == ["ftp.example.com"])
        #expect(message.answers.map(\.type) == [5])
        #expect(message.question == Self.name)
    }

    @Test func `a pointer never makes a circle`() throws {
        let at = UInt8(try Self.response([]).count)
        for pointer in [at, at + 2, 0xff] {
            let record: [UInt8] = [0xc0, pointer, 0xc0, at, 0, 1, 0, 1, 0, 0, 0, 60, 0, 0]
            #expect(DNSMessage(decoding: try Self.response(record)) == nil)
        }
    }

    @Test func `every kind of record is written as people write it`() throws {
        func text(_ type: UInt8, _ data: [UInt8]) throws -> String? {
            let record: [UInt8] = [0xc0, 12, 0, type, 0, 1, 0, 0, 0, 60, 0, UInt8(data.count)]
            return DNSMessage(decoding: try Self.response(record + data))?.answers.first?.text
        }
        #expect(try text(1, [192, 0, 2, 1]) == "192.0.2.1")
        #expect(try text(1, [192, 0, 2]) == nil)
        #expect(try text(28, [0x20, 1, 0x0d, 0xb8] + [UInt8](repeating: 0, count: 11) + [1]) == "2001:db8::1")
        #expect(try text(15, [0, 10, 0xc0, 12]) == "10 www.example.com")
        #expect(try text(33, [0, 1, 0, 2, 0, 80, 0xc0, 12]) == "1 2 80 www.example.com")
        #expect(try text(16, [2, 0x68, 0x69, 1, 0x21]) == "hi!")
        #expect(try text(16, [9, 0x68]) == nil)
        #expect(try text(99, [1, 2, 3])?.isEmpty == true)
    }

    @Test func `an answer to another question is passed over, a wrong one fails`() throws {
        let name = try #require(Self.name)
        let good = try Self.response([0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 60, 0, 4, 192, 0, 2, 1])
        let expectation = DNSExpectation(name: name, type: .a, answer: "192.0.2.1")
        #expect(expectation.judge(good, identifier: 7, after: .zero) == .passed(.zero))
        #expect(expectation.judge(good, identifier: 8, after: .zero) == nil)
        #expect(DNSExpectation(name: name, type: .aaaa).judge(good, identifier: 7, after: .zero) == nil)
        let refused = try Self.response([], count: 0, flags: [0x81, 0x85])
        #expect(expectation.judge(refused, identifier: 7, after: .zero)?.result == .failure)
        #expect(expectation.judge([1, 2, 3], identifier: 7, after: .zero)?.result == .failure)
        #expect(
            DNSExpectation(name: name, answer: "192.0.2.2").judge(good, identifier: 7, after: .zero)?.result
                == .failure
        )
    }

    @Test func `names have their limits`() {
        #expect(DNSName(".")?.labels == [])
        #expect(DNSName("a..b") == nil)
        #expect(DNSName("") == nil)
        #expect(DNSName(String(repeating: "a", count: 64)) == nil)
        #expect(DNSName(Array(repeating: String(repeating: "a", count: 63), count: 4).joined(separator: ".")) == nil)
        #expect(DNSName("WWW.Example.COM.") == Self.name)
    }

    @Test(arguments: 0..<64) func `nothing that arrives makes the decoder trap`(seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        let good = try Self.response([0xc0, 12, 0, 5, 0, 1, 0, 0, 0, 60, 0, 6, 3, 0x66, 0x74, 0x70, 0xc0, 16])
        for _ in 0..<500 {
            var bytes = good
            for _ in 0...(generator.next() % 4) {
                bytes[Int(generator.next() % UInt64(bytes.count))] = UInt8(truncatingIfNeeded: generator.next())
            }
            _ = DNSMessage(decoding: Array(bytes.prefix(Int(generator.next() % UInt64(bytes.count + 1)))))
        }
    }
}
