import AgentProtocol
import PeerProtocol
import Primitives
import Testing

@Suite struct PeerFrameCodecTests {
    private func decode(_ frame: [UInt8]) throws(PeerViolation) -> [PeerMessage] {
        var buffer = PeerFrameBuffer()
        return try buffer.append(frame[...])
    }

    private func frame(_ type: UInt8, _ fields: [UInt8], version: UInt8 = 1) -> [UInt8] {
        let length = UInt32(4 + fields.count)
        return [24, 16, 8, 0].map { UInt8(length >> $0 & 255) } + [version, type, 0, 0] + fields
    }

    // swift-format-ignore
    @Test func `an offer has the documented bytes`() throws {
        let golden: [UInt8] = [
            0x00, 0x00, 0x00, 0x3f,  // length: 63 bytes follow
            0x01, 0x05, 0x00, 0x00,  // version 1, handover, reserved
            0x00, 0x01, 0x00, 0x01, 0x02,  // step: offer
            0x00, 0x02, 0x00, 0x08, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x07,  // identifier 7
            0x00, 0x03, 0x00, 0x01, 0x01,  // cause: an operator
            0x00, 0x04, 0x00, 0x05, 0x66, 0x72, 0x6f, 0x6e, 0x74,  // router "front"
            0x00, 0x04, 0x00, 0x06, 0x66, 0x72, 0x6f, 0x6e, 0x74, 0x36,  // router "front6"
            0x00, 0x05, 0x00, 0x01, 0x01,  // forced
            0x00, 0x06, 0x00, 0x04, 0x00, 0x00, 0x0b, 0xb8,  // patience 3000 ms
        ]
        var expected = golden
        expected[3] = UInt8(golden.count - 4)
        #expect(PeerFrameCodec.encode(.handover(PeerSamples.offer)) == expected)
        #expect(try decode(expected) == [.handover(PeerSamples.offer)])
    }

    // swift-format-ignore
    @Test func `a heartbeat has the documented bytes`() throws {
        let golden: [UInt8] = [
            0x00, 0x00, 0x00, 0x1c,  // length: 28 bytes follow
            0x01, 0x04, 0x00, 0x00,  // version 1, heartbeat, reserved
            0x00, 0x01, 0x00, 0x08, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x01,  // sequence 1
            0x00, 0x02, 0x00, 0x08, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x01, 0x00,  // clock 256 ms
        ]
        let message = PeerMessage.heartbeat(PeerHeartbeat(sequence: 1, clock: 256))
        #expect(PeerFrameCodec.encode(message) == golden)
        #expect(try decode(golden) == [message])
    }

    // swift-format-ignore
    @Test func `an order has the documented bytes`() throws {
        let golden: [UInt8] = [
            0x00, 0x00, 0x00, 0x5e,  // length: 94 bytes follow
            0x01, 0x07, 0x00, 0x00,  // version 1, orders, reserved
            0x00, 0x01, 0x00, 0x56,  // an order of 86 bytes
            0x00, 0x01, 0x00, 0x01, 0x01,  // action: drain
            0x00, 0x02, 0x00, 0x04, 0x77, 0x65, 0x62, 0x31,  // real server "web1"
            0x00, 0x03, 0x00, 0x04, 0x68, 0x74, 0x74, 0x70,  // service "http"
            0x00, 0x04, 0x00, 0x08, 0x00, 0x00, 0x01, 0xa0, 0x00, 0x00, 0x00, 0x00,  // time in ms since 1970
            0x00, 0x05, 0x00, 0x03, 0x6c, 0x62, 0x31,  // director "lb1"
            0x00, 0x07, 0x00, 0x03, 0x6f, 0x70, 0x73,  // by "ops"
            0x00, 0x08, 0x00, 0x06, 0x6b, 0x65, 0x72, 0x6e, 0x65, 0x6c,  // reason "kernel"
            0x00, 0x09, 0x00, 0x08, 0x00, 0x00, 0x01, 0xa0, 0x00, 0x00, 0x10, 0x00,  // expires
            0x00, 0x0a, 0x00, 0x08, 0x00, 0x00, 0x01, 0xa0, 0x00, 0x00, 0x08, 0x00,  // deadline
        ]
        var expected = golden
        expected[3] = UInt8(golden.count - 4)
        expected[11] = UInt8(golden.count - 12)
        #expect(PeerFrameCodec.encode(.orders([PeerSamples.order])) == expected)
        #expect(try decode(expected) == [.orders([PeerSamples.order])])
    }

    @Test func `an order that makes no sense ends the link, and one of a newer version says nothing`() throws {
        func field(_ tag: UInt8, _ value: [UInt8]) -> [UInt8] { [0, tag, 0, UInt8(value.count)] + value }
        func order(_ action: UInt8, time: [UInt8] = [0, 0, 0, 0, 0, 0, 0, 9], _ more: [UInt8] = []) -> [UInt8] {
            let fields = field(1, [action]) + field(2, [0x77]) + field(4, time) + field(5, [0x6c]) + more
            return frame(7, field(1, fields))
        }
        #expect(try decode(order(99)) == [.orders([])])
        let unknownTag = field(77, [1, 2, 3])
        let plain = PeerOrder(OrderSubject(realServer: "w"), .drain, stamp: OrderStamp(time: 9, director: "l"))
        #expect(try decode(order(1, unknownTag)) == [.orders([plain])])
        #expect(throws: PeerViolation.malformed(.orders, .missing(tag: 6))) { try decode(order(3)) }
        #expect(throws: PeerViolation.malformed(.orders, .invalid(tag: 6))) {
            try decode(order(3, field(6, [0, 1, 0, 0])))
        }
        #expect(throws: PeerViolation.malformed(.orders, .invalid(tag: 4))) {
            try decode(order(1, time: [UInt8](repeating: 255, count: 8)))
        }
        #expect(throws: PeerViolation.malformed(.orders, .invalid(tag: 3))) { try decode(order(1, field(3, []))) }
        #expect(throws: PeerViolation.malformed(.orders, .invalid(tag: 9))) {
            try decode(order(1, field(9, [UInt8](repeating: 255, count: 8))))
        }
        let many = (0...PeerLimits.ordersInFrame).flatMap { _ in field(1, []) }
        #expect(throws: PeerViolation.malformed(.orders, .repeated(tag: 1))) { try decode(frame(7, many)) }
    }

    @Test func `orders of the largest size fit into a frame`() throws {
        let name = String(repeating: "n", count: PeerLimits.name)
        let text = String(repeating: "t", count: PeerLimits.evidence)
        let orders = (0..<PeerLimits.ordersInFrame).map { number in
            PeerOrder(
                OrderSubject(realServer: name, service: name, isWeight: true),
                .weight(UInt32(number)),
                stamp: OrderStamp(time: .max, director: name),
                by: text,
                reason: text,
                expires: .max,
                deadline: .max,
            )
        }
        #expect(try decode(PeerFrameCodec.encode(.orders(orders))) == [.orders(orders)])
    }

    @Test(arguments: PeerSamples.all)
    func `every message says the same after its journey`(message: PeerMessage) throws {
        #expect(try decode(PeerFrameCodec.encode(message)) == [message])
    }

    @Test func `a stream cut anywhere gives the same messages`() throws {
        let stream = PeerSamples.all.flatMap { PeerFrameCodec.encode($0) }
        for cut in 0...stream.count {
            var buffer = PeerFrameBuffer()
            let first = try buffer.append(stream[..<cut])
            let second = try buffer.append(stream[cut...])
            #expect(first + second == PeerSamples.all)
        }
    }

    @Test func `unknown types, tags and values are skipped`() throws {
        #expect(try decode(frame(200, [1, 2, 3])) == [])
        let unknownTag: [UInt8] = [0x00, 0x01, 0x00, 0x01, 0x01, 0x7f, 0xff, 0x00, 0x02, 0xaa, 0xbb]
        #expect(try decode(frame(6, unknownTag)) == [.goodbye(PeerGoodbye(reason: .stopping))])
        #expect(try decode(frame(6, [0x00, 0x01, 0x00, 0x01, 0xee])) == [.goodbye(PeerGoodbye(reason: .other))])
        // A step that a newer version added says nothing to this one.
        #expect(try decode(frame(5, [0x00, 0x01, 0x00, 0x01, 0xee])) == [])
    }

    @Test func `what breaks the grammar ends the link`() {
        #expect(throws: PeerViolation.frame(.oversized(65_537))) { try decode([0, 1, 0, 1]) }
        #expect(throws: PeerViolation.frame(.undersized(3))) { try decode([0, 0, 0, 3, 1, 1, 0]) }
        #expect(throws: PeerViolation.unsupportedVersion(2)) { try decode(frame(1, [], version: 2)) }
        #expect(throws: PeerViolation.malformed(.hello, .missing(tag: 1))) { try decode(frame(1, [])) }
        #expect(throws: PeerViolation.malformed(.goodbye, .truncated)) { try decode(frame(6, [0, 1, 0, 2, 1])) }
        #expect(throws: PeerViolation.malformed(.goodbye, .invalid(tag: 1))) {
            try decode(frame(6, [0, 1, 0, 2, 1, 1]))
        }
        #expect(throws: PeerViolation.malformed(.goodbye, .repeated(tag: 1))) {
            try decode(frame(6, [0, 1, 0, 1, 1, 0, 1, 0, 1, 1]))
        }
    }

    @Test func `every limit holds`() {
        func field(_ tag: UInt8, _ value: [UInt8]) -> [UInt8] {
            [0, tag, UInt8(value.count >> 8), UInt8(value.count & 255)] + value
        }
        let long = [UInt8](repeating: 0x61, count: PeerLimits.name + 1)
        #expect(throws: PeerViolation.malformed(.hello, .invalid(tag: 2))) {
            try decode(frame(1, field(1, [UInt8](repeating: 0, count: 16)) + field(2, long) + field(3, [0x61])))
        }
        let head = field(1, [1]) + field(2, [UInt8](repeating: 0, count: 8)) + field(3, [1])
        let routers = (0...PeerLimits.routers).flatMap { _ in field(4, [0x61]) }
        #expect(throws: PeerViolation.malformed(.handover, .repeated(tag: 4))) { try decode(frame(5, head + routers)) }
        let refusals = (0...PeerLimits.reasons).flatMap { _ in field(7, [1]) }
        #expect(throws: PeerViolation.malformed(.handover, .repeated(tag: 7))) {
            try decode(frame(5, head + field(6, [0, 0, 0, 1]) + refusals))
        }
        let opinions = (0...PeerLimits.opinionsInFrame).flatMap { _ in field(2, []) }
        #expect(throws: PeerViolation.malformed(.health, .repeated(tag: 2))) {
            try decode(frame(3, field(1, [3]) + opinions))
        }
    }

    @Test func `a state of the largest size fits into a frame`() throws {
        let addresses = (0..<64).map { IPAddress.v6(IPv6Address(high: 0x2001_0db8_0000_0000, low: UInt64($0))) }
        let routers = (0..<255).map { index in
            PeerRouter(
                name: String(repeating: "r", count: 60) + "\(index)",
                state: .active,
                priority: 1,
                age: .max,
                isAnnounced: true,
                isUsable: true,
                addresses: addresses,
            )
        }
        let state = PeerState(configuration: PeerSamples.configuration, routers: routers, readiness: .unknown)
        let bytes = PeerFrameCodec.encode(.state(state))
        #expect(bytes.count <= PeerLimits.frame + 4)
        guard case .state(let read)? = try decode(bytes).first else {
            Issue.record("no state")
            return
        }
        #expect(read.routers.map(\.name) == routers.map(\.name))
    }

    @Test func `two configurations name the keys in which they differ`() {
        let mine = ConfigurationSummary(
            generation: 1,
            changedAt: 0,
            digest: 1,
            sections: [.init(name: "services", digest: 1), .init(name: "real_servers", digest: 2)],
        )
        let theirs = ConfigurationSummary(
            generation: 1,
            changedAt: 0,
            digest: 2,
            sections: [
                .init(name: "services", digest: 1), .init(name: "real_servers", digest: 3),
                .init(name: "connection_sync", digest: 4),
            ],
        )
        #expect(mine.differences(from: theirs) == ["connection_sync", "real_servers"])
        #expect(mine.differences(from: mine) == [])
    }

    /// Mutations of good streams: whatever arrives decodes to messages or ends the link, and never traps.
    @Test func `mutated frames never trap`() {
        var generator = SeededGenerator(seed: 9_406)
        let stream = PeerSamples.all.flatMap { PeerFrameCodec.encode($0) }
        for _ in 0..<20_000 {
            var bytes = stream
            for _ in 0...Int(generator.next() % 4) {
                let index = Int(generator.next() % UInt64(bytes.count))
                switch generator.next() % 3 {
                case 0: bytes[index] = UInt8(truncatingIfNeeded: generator.next())
                case 1: bytes.remove(at: index)
                default: bytes.insert(UInt8(truncatingIfNeeded: generator.next()), at: index)
                }
            }
            guard let messages = try? decode(bytes) else { continue }
            for message in messages {
                #expect((try? decode(PeerFrameCodec.encode(message))) == [message])
            }
        }
    }
}
