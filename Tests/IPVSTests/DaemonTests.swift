import Balancing
import IPVS
import Netlink
import Primitives
import Testing

/// Sync daemons octet by octet, as a little-endian machine sends them (linux/ip_vs.h, `IPVS_DAEMON_ATTR_*`).
@Suite struct DaemonTests {
    static let family: UInt16 = 0x21

    @Test func `starts a daemon with everything stated`() {
        let daemon = SyncDaemon(role: .backup, interface: "eth0", identifier: 51, maximumLength: 1472)
        let request = IPVSRequest.encode(SyncDaemonOperation.start(daemon), family: Self.family)
        let expected: [UInt8] =
            RequestTests.header(length: 84, flags: 0x605, command: 9)
            + [64, 0, 3, 0]
            + [8, 0, 1, 0, 2, 0, 0, 0]  // IP_VS_STATE_BACKUP
            + [9, 0, 2, 0] + Array("eth0".utf8) + [0, 0, 0, 0]
            + [8, 0, 3, 0, 51, 0, 0, 0]  // sync id
            + [6, 0, 4, 0, 0xc0, 0x05, 0, 0]  // 1472
            + [8, 0, 5, 0, 224, 0, 0, 81]  // group in network order
            + [6, 0, 7, 0, 0x90, 0x22, 0, 0]  // port 8848 in the machine's order
            + [5, 0, 8, 0, 1, 0, 0, 0]  // TTL
        #expect(RequestTests.plain(request, nests: [20]) == expected)
    }

    @Test func `an IPv6 group has an attribute of its own, and an unstated length none`() throws {
        let group = try #require(IPAddress("ff02::51"))
        let daemon = SyncDaemon(role: .master, interface: "lan0", identifier: 1, group: group)
        let bytes = IPVSRequest.encode(SyncDaemonOperation.start(daemon), family: Self.family).bytes
        #expect(bytes.contains([20, 0, 6, 0, 0xff, 0x02]))
        #expect(!bytes.contains([6, 0, 4, 0]))
    }

    @Test func `stops a daemon and asks for the dump`() {
        let request = IPVSRequest.encode(SyncDaemonOperation.stop(.master), family: Self.family)
        let expected =
            RequestTests.header(length: 32, flags: 0x05, command: 10) + [12, 0, 3, 0, 8, 0, 1, 0, 1, 0, 0, 0]
        #expect(RequestTests.plain(request, nests: [20]) == expected)
        let dump = IPVSRequest.dumpDaemons(family: Self.family)
        #expect(dump.bytes == RequestTests.header(length: 20, flags: 0x301, command: 11))
    }

    /// A reply to GET_DAEMON as Linux 6.1 sends it.
    static func reply(state: UInt32, group: [UInt8]) -> [UInt8] {
        var content = ReplyTests.number(1, state) + ReplyTests.attribute(2, Array("eth0".utf8) + [0])
        content += ReplyTests.number(3, 51) + ReplyTests.attribute(4, [0xc0, 0x05])
        content += ReplyTests.attribute(7, [0x90, 0x22]) + ReplyTests.attribute(8, [1])
        content += ReplyTests.attribute(group.count == 4 ? 5 : 6, group)
        return [9, 1, 0, 0] + ReplyTests.nest(3, content)
    }

    @Test func `decodes a daemon`() throws {
        let found = try IPVSReply.daemon(Self.reply(state: 1, group: [224, 0, 0, 81])[...])
        #expect(found == SyncDaemon(role: .master, interface: "eth0", identifier: 51, maximumLength: 1472))
        let group: [UInt8] = [0xff, 2] + [UInt8](repeating: 0, count: 13) + [0x51]
        let found6 = try IPVSReply.daemon(Self.reply(state: 2, group: group)[...])
        #expect(found6?.role == .backup)
        #expect(found6?.group == IPAddress("ff02::51"))
    }

    @Test func `of an old kernel the rest is the default`() throws {
        let content =
            ReplyTests.number(1, 2) + ReplyTests.attribute(2, Array("eth0".utf8) + [0]) + ReplyTests.number(3, 9)
        let found = try IPVSReply.daemon(([9, 1, 0, 0] + ReplyTests.nest(3, content))[...])
        #expect(found == SyncDaemon(role: .backup, interface: "eth0", identifier: 9))
    }

    @Test func `an unknown state is nothing, and a torn reply an error`() throws {
        #expect(try IPVSReply.daemon(Self.reply(state: 3, group: [224, 0, 0, 81])[...]) == nil)
        #expect(throws: NetlinkMalformed.self) {
            try IPVSReply.daemon(Self.reply(state: 1, group: [224, 0, 0, 81]).dropLast(3))
        }
        #expect(throws: NetlinkMalformed.self) {
            try IPVSReply.daemon(Self.reply(state: 1, group: [224, 0, 0, 81, 7])[...])
        }
    }
}
