import AgentProtocol
import PeerProtocol
import Primitives
import Testing

@Suite struct PeerAddressFindingTests {
    private let at = PeerSamples.at

    private func decode(_ frame: [UInt8]) throws(PeerViolation) -> [PeerMessage] {
        var buffer = PeerFrameBuffer()
        return try buffer.append(frame[...])
    }

    private func field(_ tag: UInt8, _ value: [UInt8]) -> [UInt8] {
        [0, tag, UInt8(value.count >> 8), UInt8(value.count & 255)] + value
    }

    private func frame(_ fields: [UInt8]) -> [UInt8] {
        let length = UInt32(4 + fields.count)
        return [24, 16, 8, 0].map { UInt8(length >> $0 & 255) } + [1, 8, 0, 0] + fields
    }

    /// The fields of one finding, with one of them replaced, left out or added.
    private func finding(_ tag: UInt8 = 0, _ value: [UInt8]? = nil, and more: [UInt8] = []) -> [UInt8] {
        var parts: [UInt8: [UInt8]] = [
            1: [192, 0, 2, 100], 2: [2, 0, 0, 0, 0, 11], 3: [1], 4: Array("web1".utf8), 5: [0, 0, 0, 0, 0, 0, 0, 9],
        ]
        if tag != 0 { parts[tag] = value }
        return field(1, parts.sorted { $0.key < $1.key }.flatMap { field($0.key, $0.value) } + more)
    }

    private static let plain = PeerAddressFinding(
        address: .v4(IPv4Address(192, 0, 2, 100)),
        mac: MACAddress(rawValue: 0x0200_0000_000b),
        realServer: "web1",
        claim: .answer,
        age: 9,
    )

    // swift-format-ignore
    @Test func `address findings have the documented bytes`() throws {
        let golden: [UInt8] = [
            0x00, 0x00, 0x00, 0x33,  // length: 51 bytes follow
            0x01, 0x08, 0x00, 0x00,  // version 1, address findings, reserved
            0x00, 0x01, 0x00, 0x2b,  // a finding of 43 bytes
            0x00, 0x01, 0x00, 0x04, 0xc0, 0x00, 0x02, 0x64,  // address 192.0.2.100
            0x00, 0x02, 0x00, 0x06, 0x02, 0x00, 0x00, 0x00, 0x00, 0x0b,  // MAC 02:00:00:00:00:0b
            0x00, 0x03, 0x00, 0x01, 0x01,  // claim: it answers
            0x00, 0x04, 0x00, 0x04, 0x77, 0x65, 0x62, 0x31,  // real server "web1"
            0x00, 0x05, 0x00, 0x08, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x09,  // for 9 ms
        ]
        #expect(PeerFrameCodec.encode(.addressFindings([Self.plain])) == golden)
        #expect(try decode(golden) == [.addressFindings([Self.plain])])
    }

    @Test func `a finding of a newer version says nothing, and unknown fields are passed over`() throws {
        #expect(try decode(frame([])) == [.addressFindings([])])
        #expect(try decode(frame(finding(3, [99]) + finding())) == [.addressFindings([Self.plain])])
        #expect(try decode(frame(finding(and: field(77, [1, 2, 3])))) == [.addressFindings([Self.plain])])
        guard case .addressFindings(let strangers)? = try decode(frame(finding(4, nil))).first else {
            Issue.record("no findings")
            return
        }
        #expect(strangers.map(\.realServer) == [nil])
    }

    @Test(
        arguments: [
            (1, nil, .missing(tag: 1)), (2, nil, .missing(tag: 2)), (3, nil, .missing(tag: 3)),
            (5, nil, .missing(tag: 5)),
            (1, [192, 0, 2], .invalid(tag: 1)), (1, [UInt8](repeating: 1, count: 17), .invalid(tag: 1)),
            (2, [1, 2, 3, 4, 5], .invalid(tag: 2)), (2, [1, 2, 3, 4, 5, 6, 7], .invalid(tag: 2)),
            (3, [0, 1], .invalid(tag: 3)), (4, [], .invalid(tag: 4)), (4, [0xff], .invalid(tag: 4)),
            (4, [UInt8](repeating: 0x61, count: PeerLimits.name + 1), .invalid(tag: 4)),
            (5, [0, 0, 0, 9], .invalid(tag: 5)),
        ] as [(UInt8, [UInt8]?, ProtocolViolation.Malformation)]
    )
    func `a finding that makes no sense ends the link`(
        tag: UInt8,
        value: [UInt8]?,
        malformation: ProtocolViolation.Malformation,
    ) {
        #expect(throws: PeerViolation.malformed(.addressFindings, malformation)) {
            try decode(frame(finding(tag, value)))
        }
    }

    @Test func `findings that are truncated, twice the same or too many end the link`() {
        #expect(throws: PeerViolation.malformed(.addressFindings, .truncated)) { try decode(frame([0, 1, 0, 9, 0])) }
        let cut = frame(field(1, [0, 1, 0]))
        #expect(throws: PeerViolation.malformed(.addressFindings, .truncated)) { try decode(cut) }
        #expect(throws: PeerViolation.malformed(.addressFindings, .repeated(tag: 2))) {
            try decode(frame(finding(and: field(2, [2, 0, 0, 0, 0, 11]))))
        }
        // The age makes no other finding of it.
        let older = finding(5, [0, 0, 0, 0, 0, 0, 1, 0])
        #expect(throws: PeerViolation.malformed(.addressFindings, .repeated(tag: 1))) {
            try decode(frame(finding() + older))
        }
        let many = (0...PeerLimits.addressFindings).flatMap { _ in field(1, []) }
        #expect(throws: PeerViolation.malformed(.addressFindings, .repeated(tag: 1))) { try decode(frame(many)) }
    }

    /// The most findings of the largest size, each of another machine.
    private static func largest(_ count: Int) -> [PeerAddressFinding] {
        (0..<count).map { number in
            PeerAddressFinding(
                address: .v6(IPv6Address(high: 0x2001_0db8_0000_0000, low: 0x100)),
                mac: MACAddress(rawValue: UInt64(number)),
                realServer: String(repeating: "r", count: PeerLimits.name),
                claim: .question,
                age: .max,
            )
        }
    }

    @Test func `findings of the largest size fit into a frame`() throws {
        let findings = Self.largest(PeerLimits.addressFindings)
        #expect(try decode(PeerFrameCodec.encode(.addressFindings(findings))) == [.addressFindings(findings)])
    }

    /// Two sessions that have heard each other's Hello, and the first heartbeat.
    private func connected(
        publishing findings: [PeerAddressFinding] = []
    ) throws -> (left: PeerSession, right: PeerSession, told: [PeerSessionEvent]) {
        var left = PeerSession(hello: PeerSamples.hello, at: at(0))
        var right = PeerSession(hello: PeerSamples.hello, at: at(0))
        left.publish(findings)
        _ = try left.received(right.takeOutput()[...], at: at(1))
        _ = try left.tick(clock: 0, at: at(1))
        let told = try right.received(left.takeOutput()[...], at: at(2))
        return (left, right, told)
    }

    @Test func `findings go out after the Hello and with the heartbeat after a change, not for their ages`() throws {
        var (left, right, told) = try connected(publishing: [Self.plain])
        #expect(told == [.connected(PeerSamples.hello), .addressFindingsChanged])
        #expect(right.addressFindings?.all == [Self.plain])
        func next(_ findings: [PeerAddressFinding], at time: Int64) throws -> [PeerSessionEvent] {
            left.publish(findings)
            #expect(left.takeOutput().isEmpty)
            _ = try left.tick(clock: 0, at: at(time))
            return try right.received(left.takeOutput()[...], at: at(time + 1))
        }
        var older = Self.plain
        older.age += 1_000
        #expect(try next([older], at: 201) == [])
        #expect(right.addressFindings?.all == [Self.plain])
        let stranger = PeerSamples.addressFindings[2]
        #expect(try next([older, stranger], at: 401) == [.addressFindingsChanged])
        #expect(right.addressFindings?.all == [older, stranger])
        #expect(right.addressFindings?.at == at(402))
        #expect(try next([], at: 601) == [.addressFindingsChanged])
        #expect(right.addressFindings?.all == [])
    }

    @Test func `who hears nobody says nothing of it, and of too many the first ones are told`() throws {
        let (_, right, told) = try connected()
        #expect(told == [.connected(PeerSamples.hello)])
        #expect(right.addressFindings == nil)
        let many = Self.largest(PeerLimits.addressFindings + 1)
        #expect(try connected(publishing: many).right.addressFindings?.all == many.dropLast())
    }

    @Test func `findings before the Hello end the link`() {
        var session = PeerSession(hello: PeerSamples.hello, at: at(0))
        #expect(throws: PeerViolation.unexpected(.addressFindings)) {
            try session.received(PeerFrameCodec.encode(.addressFindings([Self.plain]))[...], at: at(1))
        }
    }
}
