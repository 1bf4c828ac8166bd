import Balancing
import IPVS
import Netlink
import Primitives
import Testing

@Suite struct ReplyTests {
    static func attribute(_ type: UInt8, _ value: [UInt8]) -> [UInt8] {
        var bytes = [UInt8(value.count + 4), 0, type, 0] + value
        while bytes.count % 4 != 0 { bytes.append(0) }
        return bytes
    }

    static func number(_ type: UInt8, _ value: UInt32) -> [UInt8] { attribute(type, NativeBytes.of(value)) }

    /// A nest of more than 251 octets.
    static func nest(_ type: UInt8, _ content: [UInt8]) -> [UInt8] {
        NativeBytes.of(UInt16(content.count + 4)) + [type, 0] + content
    }

    static let address: [UInt8] = [192, 0, 2, 100] + [UInt8](repeating: 0, count: 12)

    static func statistics(is64: Bool) -> [UInt8] {
        let names: [UInt8] = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10]
        return names.flatMap { name -> [UInt8] in
            let isWide = is64 || name == 4 || name == 5
            let value = UInt64(name) * 1000
            return attribute(name, isWide ? NativeBytes.of(value) : NativeBytes.of(UInt32(value)))
        }
    }

    /// A reply to GET_SERVICE as Linux 6.1 sends it.
    static func service(extra: [UInt8] = [], flags: UInt32 = 0x0b, mask: [UInt8] = [255, 255, 255, 255]) -> [UInt8] {
        var content = attribute(1, [2, 0]) + attribute(2, [6, 0]) + attribute(3, address) + attribute(4, [0, 80])
        content += attribute(6, Array("sh".utf8) + [0])
        content += attribute(7, NativeBytes.of(flags) + [255, 255, 255, 255])
        content += number(8, 300) + attribute(9, mask)
        content += nest(10, statistics(is64: false)) + nest(12, statistics(is64: true)) + extra
        return [1, 1, 0, 0] + nest(1, content)
    }

    /// A reply to GET_DEST as Linux 6.1 sends it.
    static func destination(family: [UInt8]? = [2, 0]) -> [UInt8] {
        var content = attribute(1, [10, 0, 0, 1] + [UInt8](repeating: 0, count: 12)) + attribute(2, [0, 80])
        content += number(3, 3) + number(4, 7) + number(5, 20) + number(6, 10)
        content += number(7, 11) + number(8, 12) + number(9, 13)
        if let family { content += attribute(11, family) }
        content += nest(10, statistics(is64: false)) + nest(12, statistics(is64: true))
        return [5, 1, 0, 0] + nest(2, content)
    }

    @Test func `decodes a service`() throws {
        let found = try #require(try IPVSReply.service(Self.service()[...]))
        #expect(found.service.identity.description == "tcp 192.0.2.100:80")
        #expect(found.service.schedulerName == "sh")
        #expect(found.service.persistenceTimeout == 300)
        #expect(found.service.schedulerFlags == 8)
        #expect(found.statistics.connections == 1000)
        #expect(found.statistics.incomingBytes == 4000)
        #expect(found.statistics.connectionRate == 6000)
    }

    @Test func `a timeout without the persistence flag is none`() throws {
        let found = try IPVSReply.service(Self.service(flags: 0x02)[...])
        #expect(found?.service.persistenceTimeout == 0)
        #expect(found?.service.schedulerFlags == 0)
    }

    @Test func `passes over firewall marks and other protocols`() throws {
        #expect(try IPVSReply.service(Self.service(extra: Self.number(5, 9))[...]) == nil)
        let mark = [1, 1, 0, 0] + Self.nest(1, Self.attribute(1, [2, 0]) + Self.number(5, 9))
        #expect(try IPVSReply.service(mark[...]) == nil)
        let sctp = [1, 1, 0, 0] + Self.nest(1, Self.attribute(1, [2, 0]) + Self.attribute(2, [132, 0]))
        #expect(try IPVSReply.service(sctp[...]) == nil)
    }

    @Test(arguments: [[2, 0], nil] as [[UInt8]?])
    func `decodes a destination, of old kernels too`(family: [UInt8]?) throws {
        let reply = Self.destination(family: family)
        let found = try #require(try IPVSReply.destination(reply[...], serviceFamily: .ipv4))
        #expect(found.endpoint.description == "10.0.0.1:80")
        #expect(found.weight == 7 && found.forwardingMethod == .directRouting)
        #expect(found.upperThreshold == 20 && found.lowerThreshold == 10)
        #expect(found.activeConnections == 11 && found.inactiveConnections == 12 && found.persistentConnections == 13)
        #expect(found.statistics.incomingPackets == 2000)
    }

    @Test func `decodes information and timeouts`() throws {
        let information = [14, 1, 0, 0] + Self.number(1, 0x010201) + Self.number(2, 4096)
        #expect(try IPVSReply.information(information[...])?.versionText == "1.2.1")
        #expect(try IPVSReply.information(information[...])?.connectionTableSize == 4096)
        let timeouts = [12, 1, 0, 0] + Self.number(4, 900) + Self.number(5, 120) + Self.number(6, 300)
        let found = try #require(try IPVSReply.timeouts(timeouts[...]))
        #expect(found.tcp == .seconds(900) && found.tcpFinish == .seconds(120) && found.udp == .seconds(300))
    }

    @Test func `a truncated reply is malformed or decodes to less, and never traps`() throws {
        for reply in [Self.service(), Self.destination()] {
            for count in 0..<reply.count {
                // The nest says how long it is, so whatever is cut off shows.
                #expect(throws: NetlinkMalformed.self, "\(count)") {
                    if try IPVSReply.service(reply.prefix(count)) == nil,
                        try IPVSReply.destination(reply.prefix(count), serviceFamily: .ipv4) == nil
                    {
                        // Only the header and nothing after it is a reply about nothing.
                        if count == 4 { throw NetlinkMalformed() }
                    }
                }
            }
        }
    }

    @Test(arguments: 0..<100)
    func `octets changed at random never trap`(seed: Int) throws {
        var generator = SeededGenerator(seed: UInt64(seed))
        for _ in 0..<100 {
            for var reply in [Self.service(), Self.destination()] {
                for _ in 0..<Int.random(in: 1...8, using: &generator) {
                    reply[Int.random(in: 0..<reply.count, using: &generator)] = .random(in: 0...255, using: &generator)
                }
                _ = try? IPVSReply.service(reply[...])
                _ = try? IPVSReply.destination(reply[...], serviceFamily: .ipv4)
                _ = try? IPVSReply.destination(reply[...], serviceFamily: .ipv6)
            }
        }
    }

    @Test func `tells a service that somebody has given a mask or one-packet scheduling`() throws {
        func isPlain(_ payload: [UInt8]) throws -> Bool? { try IPVSReply.service(payload[...])?.isPlain }
        #expect(try isPlain(Self.service()) == true)
        #expect(try isPlain(Self.service(mask: [255, 255, 255, 0])) == false)
        #expect(try isPlain(Self.service(flags: 0x0a, mask: [255, 255, 255, 0])) == true, "it is not persistent")
        #expect(try isPlain(Self.service(flags: 0x0e)) == false)
    }
}
