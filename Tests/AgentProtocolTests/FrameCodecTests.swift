import AgentProtocol
import Primitives
import Testing

@Suite struct FrameCodecTests {
    /// Decodes one whole frame, length field included.
    private func decode(_ frame: [UInt8]) throws(ProtocolViolation) -> [AgentMessage] {
        var buffer = FrameBuffer()
        return try buffer.append(frame[...])
    }

    private func frame(_ type: UInt8, _ fields: [UInt8], version: UInt8 = 1) -> [UInt8] {
        let length = UInt32(4 + fields.count)
        return [24, 16, 8, 0].map { UInt8(length >> $0 & 255) } + [version, type, 0, 0] + fields
    }

    // swift-format-ignore
    @Test func `a Hello has the documented bytes`() throws {
        let golden: [UInt8] = [
            0x00, 0x00, 0x00, 0x2e,  // length: 46 bytes follow
            0x01, 0x01, 0x00, 0x00,  // version 1, Hello, reserved
            0x00, 0x01, 0x00, 0x10,  // boot identifier, 16 bytes
            0x00, 0x11, 0x22, 0x33, 0x44, 0x55, 0x66, 0x77, 0x88, 0x99, 0xaa, 0xbb, 0xcc, 0xdd, 0xee, 0xff,
            0x00, 0x02, 0x00, 0x03, 0x6c, 0x62, 0x31,  // name "lb1"
            0x00, 0x03, 0x00, 0x03, 0x30, 0x2e, 0x31,  // program version "0.1"
            0x00, 0x04, 0x00, 0x04, 0x00, 0x00, 0x00, 0xc8,  // heartbeat interval 200 ms
        ]
        #expect(FrameCodec.encode(.hello(Samples.hello)) == golden)
        #expect(try decode(golden) == [.hello(Samples.hello)])
    }

    // swift-format-ignore
    @Test func `a desired state has the documented bytes`() throws {
        let golden: [UInt8] = [
            0x00, 0x00, 0x00, 0x23,  // length: 35 bytes follow
            0x01, 0x02, 0x00, 0x00,  // version 1, desired state, reserved
            0x00, 0x01, 0x00, 0x08, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x07,  // generation 7
            0x00, 0x02, 0x00, 0x04, 0xc0, 0x00, 0x02, 0x0a,  // address 192.0.2.10
            0x00, 0x03, 0x00, 0x07, 0x06, 0x00, 0x50, 0xc0, 0x00, 0x02, 0x0a,  // service tcp, port 80, 192.0.2.10
        ]
        let state = DesiredState(generation: 7, addresses: [Samples.v4], services: [Samples.web])
        #expect(FrameCodec.encode(.desiredState(state)) == golden)
        #expect(try decode(golden) == [.desiredState(state)])
    }

    // swift-format-ignore
    @Test func `a report has the documented bytes`() throws {
        let golden: [UInt8] = [
            0x00, 0x00, 0x00, 0x4d,  // length: 77 bytes follow
            0x01, 0x03, 0x00, 0x00,  // version 1, report, reserved
            0x00, 0x01, 0x00, 0x08, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x03,  // sequence 3
            0x00, 0x02, 0x00, 0x10,  // boot identifier, 16 bytes
            0x00, 0x11, 0x22, 0x33, 0x44, 0x55, 0x66, 0x77, 0x88, 0x99, 0xaa, 0xbb, 0xcc, 0xdd, 0xee, 0xff,
            0x00, 0x03, 0x00, 0x20,  // a fact of 32 bytes:
            0x00, 0x01, 0x00, 0x01, 0x01,  // kind vip-bound
            0x00, 0x02, 0x00, 0x01, 0x02,  // verdict violated
            0x00, 0x03, 0x00, 0x04, 0xc0, 0x00, 0x02, 0x0a,  // subject: address 192.0.2.10
            0x00, 0x05, 0x00, 0x0a, 0x6e, 0x6f, 0x74, 0x20, 0x6f, 0x6e, 0x20, 0x6c, 0x6f, 0x21,  // "not on lo!"
            0x00, 0x04, 0x00, 0x01, 0x50,  // capacity 80 percent
        ]
        let fact = Fact(.vipBound, .address(Samples.v4), .violated, evidence: "not on lo!")
        let report = Report(sequence: 3, bootIdentifier: Samples.boot, facts: [fact], capacity: 80)
        #expect(FrameCodec.encode(.report(report)) == golden)
        #expect(try decode(golden) == [.report(report)])
    }

    // swift-format-ignore
    @Test func `the short messages have the documented bytes`() throws {
        let sequence: [UInt8] = [0x00, 0x01, 0x00, 0x08, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x09]
        #expect(FrameCodec.encode(.heartbeat(Heartbeat(sequence: 9))) == frame(4, sequence))
        #expect(
            FrameCodec.encode(.drainRequest(DrainRequest(identifier: 9, deadline: .seconds(30))))
                == frame(5, sequence + [0x00, 0x02, 0x00, 0x04, 0x00, 0x00, 0x75, 0x30])  // deadline 30,000 ms
        )
        #expect(FrameCodec.encode(.drainReply(DrainReply(identifier: 9))) == frame(6, sequence))
        #expect(FrameCodec.encode(.goodbye(Goodbye(reason: .released))) == frame(8, [0x00, 0x01, 0x00, 0x01, 0x02]))
    }

    @Test(arguments: Samples.all) func `every message survives the way there`(message: AgentMessage) throws {
        #expect(try decode(FrameCodec.encode(message)) == [message])
    }

    @Test(arguments: Samples.all) func `a truncated frame is never a message`(message: AgentMessage) throws {
        let whole = FrameCodec.encode(message)
        for count in 0..<whole.count {
            var buffer = FrameBuffer()
            #expect(try buffer.append(whole[..<count]).isEmpty)
            #expect(buffer.count == count)
        }
    }

    @Test(arguments: Samples.all) func `a frame shortened inside, its length corrected, is malformed or whole`(
        message: AgentMessage
    ) {
        let fields = FrameCodec.encode(message).dropFirst(8)
        for count in 0..<fields.count {
            // A cut between two fields may leave a shorter message; it must never be the same one.
            let decoded = try? decode(frame(message.kind.rawValue, Array(fields.prefix(count))))
            #expect(decoded != [message])
        }
    }

    @Test func `bytes may come one at a time and frames many at a time`() throws {
        let stream = Samples.all.flatMap { FrameCodec.encode($0) }
        var buffer = FrameBuffer()
        var slow: [AgentMessage] = []
        for index in stream.indices { slow += try buffer.append(stream[index...index]) }
        #expect(slow == Samples.all)
        #expect(buffer.count == 0)
        #expect(try decode(stream) == Samples.all)
    }

    @Test func `mutated frames never trap and never grow the buffer beyond a frame`() {
        var generator = SeededGenerator(seed: 2)
        for _ in 0..<20_000 {
            var bytes = FrameCodec.encode(Samples.all[Int.random(in: 0..<Samples.all.count, using: &generator)])
            for _ in 0..<Int.random(in: 1...4, using: &generator) {
                let index = Int.random(in: 0..<bytes.count, using: &generator)
                switch Int.random(in: 0..<3, using: &generator) {
                case 0: bytes[index] = UInt8.random(in: 0...255, using: &generator)
                case 1: bytes.insert(UInt8.random(in: 0...255, using: &generator), at: index)
                default: if bytes.count > 1 { bytes.remove(at: index) }
                }
            }
            var buffer = FrameBuffer()
            guard let messages = try? buffer.append(bytes[...]) else { continue }
            #expect(buffer.count <= bytes.count)
            for message in messages { _ = FrameCodec.encode(message) }
        }
    }

    @Test func `a frame of the largest size passes and a larger one is refused by its length alone`() throws {
        #expect(throws: ProtocolViolation.oversizedFrame(65_537)) { try decode([0x00, 0x01, 0x00, 0x01]) }
        #expect(throws: ProtocolViolation.oversizedFrame(.max)) { try decode([0xff, 0xff, 0xff, 0xff]) }
        #expect(throws: ProtocolViolation.undersizedFrame(3)) { try decode([0, 0, 0, 3, 1, 4, 0]) }
        let filler = [UInt8](repeating: 0, count: 65_536 - 4 - 4 - 12)
        let size = UInt16(filler.count)
        let padded = [0, 1, 0, 8, 0, 0, 0, 0, 0, 0, 0, 9, 0xff, 0xff, UInt8(size >> 8), UInt8(size & 255)] + filler
        #expect(try decode(frame(4, padded)) == [.heartbeat(Heartbeat(sequence: 9))])
    }

    @Test func `unknown types, tags and fact kinds are skipped, another version is not`() throws {
        let sequence: [UInt8] = [0, 1, 0, 8, 0, 0, 0, 0, 0, 0, 0, 9]
        #expect(try decode(frame(99, [1, 2, 3])) == [])
        #expect(try decode(frame(4, [0x7f, 0xff, 0, 2, 1, 1] + sequence)) == [.heartbeat(Heartbeat(sequence: 9))])
        #expect(throws: ProtocolViolation.unsupportedVersion(2)) { try decode(frame(4, sequence, version: 2)) }
        let strange: [UInt8] = [0, 3, 0, 14, 0, 1, 0, 1, 200, 0, 2, 0, 1, 1, 0, 5, 0, 0]
        let boot: [UInt8] = [0, 2, 0, 16] + Samples.boot.bytes
        #expect(
            try decode(frame(3, sequence + boot + strange))
                == [.report(Report(sequence: 9, bootIdentifier: Samples.boot, facts: []))]
        )
    }

    @Test(
        arguments: [
            (1, [0, 1, 0, 15] + [UInt8](repeating: 0, count: 15), ProtocolViolation.Malformation.invalid(tag: 1)),
            (1, [0, 2, 0, 1, 0x61], .missing(tag: 1)),
            (4, [], .missing(tag: 1)),
            (4, [0, 1, 0, 8, 0, 0, 0, 0, 0, 0, 0, 1, 0, 1, 0, 8, 0, 0, 0, 0, 0, 0, 0, 2], .repeated(tag: 1)),
            (4, [0, 1, 0, 9, 0, 0, 0, 0, 0, 0, 0, 1], .truncated),
            (4, [0, 1, 0], .truncated),
            (4, [0, 1, 0, 4, 0, 0, 0, 1], .invalid(tag: 1)),
            (2, [0, 1, 0, 8, 0, 0, 0, 0, 0, 0, 0, 1, 0, 2, 0, 5, 1, 2, 3, 4, 5], .invalid(tag: 2)),
            (2, [0, 1, 0, 8, 0, 0, 0, 0, 0, 0, 0, 1, 0, 3, 0, 7, 132, 0, 80, 1, 2, 3, 4], .invalid(tag: 3)),
            (8, [0, 1, 0, 2, 0, 1], .invalid(tag: 1)),
        ] as [(UInt8, [UInt8], ProtocolViolation.Malformation)]
    )
    func `a field that does not fit is malformed`(
        type: UInt8,
        fields: [UInt8],
        malformation: ProtocolViolation.Malformation,
    ) throws {
        let kind = try #require(AgentMessage.Kind(rawValue: type))
        #expect(throws: ProtocolViolation.malformed(kind, malformation)) { try decode(frame(type, fields)) }
    }

    @Test func `counts, names and texts are bounded`() {
        let one: [UInt8] = [0, 1, 0, 8, 0, 0, 0, 0, 0, 0, 0, 1]
        let many: [UInt8] = (0...Limits.addresses).flatMap { [0, 2, 0, 4, 10, 0, 0, UInt8($0)] as [UInt8] }
        #expect(throws: ProtocolViolation.malformed(.desiredState, .repeated(tag: 2))) {
            try decode(frame(2, one + many))
        }
        let long = [UInt8](repeating: 0x61, count: 65)
        #expect(throws: ProtocolViolation.malformed(.hello, .invalid(tag: 2))) {
            try decode(frame(1, [0, 1, 0, 16] + Samples.boot.bytes + [0, 2, 0, 65] + long))
        }
        #expect(throws: ProtocolViolation.malformed(.hello, .invalid(tag: 2))) {
            try decode(frame(1, [0, 1, 0, 16] + Samples.boot.bytes + [0, 2, 0, 1, 0xff]))
        }
    }

    @Test func `the largest report and view fit into a frame`() throws {
        let evidence = String(repeating: "x", count: 200)
        let facts = (0..<Limits.facts).map { index in
            let address = IPAddress.v6(IPv6Address(high: 1, low: UInt64(index)))
            let service = ServiceIdentity(protocol: .tcp, endpoint: Endpoint(address: address, port: 1))
            return Fact(.localProbe, .service(service), .holds, evidence: evidence)
        }
        let whole = FrameCodec.encode(.report(Report(sequence: 1, bootIdentifier: Samples.boot, facts: facts)))
        guard case .report(let report)? = try decode(whole).first else {
            Issue.record("not a report")
            return
        }
        #expect(report.facts.map(\.identity) == facts.map(\.identity))
        let entries = facts.prefix(Limits.services).compactMap { fact -> View.Entry? in
            guard case .service(let service) = fact.subject else { return nil }
            return View.Entry(service: service, weight: 1, reason: evidence)
        }
        #expect(try decode(FrameCodec.encode(.view(View(entries: entries)))) == [.view(View(entries: entries))])
    }

    @Test func `evidence is cut at a character and carries no control characters`() {
        let fact = Fact(.vipBound, .node, .holds, evidence: "a\u{1b}[2J\n" + String(repeating: "ü", count: 200))
        #expect(fact.evidence.hasPrefix("a?[2J?ü"))
        #expect(fact.evidence.utf8.count == 200)
        #expect(BootIdentifier("00112233-4455-6677-8899-aabbccddeeff") == Samples.boot)
        #expect(BootIdentifier("\(Samples.boot)") == Samples.boot)
        #expect(BootIdentifier("00112233") == nil)
    }
}
