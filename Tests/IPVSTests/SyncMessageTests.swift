import Primitives
import Testing

@testable import IPVS

/// The messages of ip_vs_sync.c, version 1.
@Suite struct SyncMessageTests {
    static func connection(
        _ client: String,
        _ virtual: String = "192.0.2.100:80",
        _ destination: String = "192.0.2.21:80",
        over transport: TransportProtocol = .tcp,
        isTemplate: Bool = false,
        state: UInt16 = 1,
        timeout: UInt32 = 899,
    ) throws -> SyncedConnection {
        let service = ServiceIdentity(protocol: transport, endpoint: try #require(Endpoint(virtual)))
        return SyncedConnection(
            key: SyncedConnection.Key(service: service, client: try #require(Endpoint(client))),
            destination: try #require(Endpoint(destination)),
            isTemplate: isTemplate,
            state: state,
            timeout: timeout,
        )
    }

    @Test func `tells of an IPv4 connection`() throws {
        let message = SyncMessage.encode([try Self.connection("198.51.100.7:50000")], identifier: 51)
        #expect(
            message == [
                [
                    0, 51, 0, 44,  // not version 0, sync id, size
                    1, 1, 0, 0,  // one connection, version 1
                    0, 6, 0, 36,  // IPv4, TCP, size
                    0, 0, 0, 0x83,  // direct routing, no output
                    0, 1, 0xc3, 0x50,  // ESTABLISHED, client's port
                    0, 80, 0, 80,  // virtual port, real server's port
                    0, 0, 0, 0,  // no firewall mark
                    0, 0, 3, 0x83,  // 899 s
                    198, 51, 100, 7,
                    192, 0, 2, 100,
                    192, 0, 2, 21,
                ]
            ]
        )
    }

    @Test func `tells of an IPv6 connection that is being opened`() throws {
        let connection = try Self.connection(
            "[2001:db8::7]:50001",
            "[2001:db8::100]:443",
            "[2001:db8::21]:443",
            state: 3,
            timeout: 60,
        )
        let message = try #require(SyncMessage.encode([connection], identifier: 1).first)
        #expect(message.count == 8 + 72)
        #expect(message[..<8] == [0, 1, 0, 80, 1, 1, 0, 0])
        // Not inactive: the receiver's memory of the port's last use would outlive it.
        #expect(message[8..<20] == [1, 6, 0, 72, 0, 0, 0, 0x83, 0, 3, 0xc3, 0x51], "SYN_RECV")
        #expect(message[20..<32] == [0x01, 0xbb, 0x01, 0xbb, 0, 0, 0, 0, 0, 0, 0, 60])
        #expect(Array(message[32..<48]) == IPAddress("2001:db8::7")?.bytes)
        #expect(Array(message[48..<64]) == IPAddress("2001:db8::100")?.bytes)
        #expect(Array(message[64..<80]) == IPAddress("2001:db8::21")?.bytes)
    }

    @Test func `a template, UDP, and what is about to expire have flags and time of their own`() throws {
        func start(_ connection: SyncedConnection) throws -> (flags: ArraySlice<UInt8>, timeout: UInt8) {
            let message = try #require(SyncMessage.encode([connection], identifier: 1).first)
            return (message[12..<16], message[31])
        }
        let template = try start(try Self.connection("198.51.100.7:0", isTemplate: true, state: 0, timeout: 61))
        #expect(template.flags == [0, 0, 0x10, 0x83] && template.timeout == 61)
        // The kernel counts UDP as inactive.
        let datagram = try start(try Self.connection("198.51.100.7:53", over: .udp, state: 0, timeout: 0))
        #expect(datagram.flags == [0, 0, 0x01, 0x83])
        #expect(datagram.timeout == 1, "0 would mean the state's full time")
    }

    @Test func `fills messages of at most 1024 bytes in order`() throws {
        let connections = try (0..<57).map { try Self.connection("198.51.100.\($0):50000") }
        let messages = SyncMessage.encode(connections, identifier: 51)
        #expect(messages.map(\.count) == [8 + 28 * 36, 8 + 28 * 36, 8 + 36])
        #expect(messages.map { $0[4] } == [28, 28, 1])
        #expect(messages.allSatisfy { Int($0[2]) << 8 | Int($0[3]) == $0.count })
        #expect(messages[1][8 + 24 + 3] == 28 && messages[2][8 + 24 + 3] == 56)
        #expect(SyncMessage.encode([], identifier: 51).isEmpty)
    }
}
