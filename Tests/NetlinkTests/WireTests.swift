import Netlink
import Primitives
import Testing

/// Replies octet by octet, as a little-endian kernel sends them.
@Suite struct WireTests {
    /// `ip address add 192.0.2.100/32 dev lo label lo:tandem proto 0xf1 scope host`, as RTM_NEWADDR shows it.
    static let address: [UInt8] = [
        72, 0, 0, 0, 20, 0, 2, 0, 1, 0, 0, 0, 0, 0, 0, 0,  // length 72, RTM_NEWADDR, NLM_F_MULTI, sequence 1
        2, 32, 0x80, 254, 1, 0, 0, 0,  // AF_INET, /32, permanent, host scope, interface 1
        8, 0, 1, 0, 192, 0, 2, 100,  // IFA_ADDRESS
        8, 0, 2, 0, 192, 0, 2, 100,  // IFA_LOCAL
        14, 0, 3, 0, 0x6c, 0x6f, 0x3a, 0x74, 0x61, 0x6e, 0x64, 0x65, 0x6d, 0, 0, 0,  // IFA_LABEL "lo:tandem"
        5, 0, 11, 0, 0xf1, 0, 0, 0,  // IFA_PROTO
        8, 0, 8, 0, 0x80, 0, 0, 0,  // IFA_FLAGS
    ]

    /// A listener on 0.0.0.0:80 that was destroyed, and a connection to it.
    static func diagnosed(remotePort: UInt8) -> [UInt8] {
        var bytes: [UInt8] = [88, 0, 0, 0, 20, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]
        bytes += [2, 7, 0, 0, 0, 80, 0, remotePort]  // AF_INET, TCP_CLOSE, port 80, remote port
        bytes += [UInt8](repeating: 0, count: 64)
        return bytes
    }

    @Test func `decodes an address`() throws {
        let frame = try #require(try NetlinkFrame.split(Self.address[...]).first)
        #expect(frame.type == 20 && frame.flags == 2 && frame.sequence == 1 && frame.port == 0)
        let found = try #require(try InterfaceAddress.decode(frame.payload))
        let expected = InterfaceAddress(
            interfaceIndex: 1,
            prefix: try #require(Prefix("192.0.2.100/32")),
            scope: 254,
            flags: 0x80,
            label: "lo:tandem",
            protocolTag: 0xf1,
        )
        #expect(found == expected)
        #expect(try RouteEvent.decode(frame) == .address(.added, expected))
    }

    @Test func `tells a destroyed listener from a connection`() throws {
        let listener = try NetlinkFrame.split(Self.diagnosed(remotePort: 0)[...])
        let any = Endpoint(address: .v4(IPv4Address(rawValue: 0)), port: 80)
        #expect(try ListenerEvent.decode(listener[0]) == .listenerDestroyed(any))
        let connection = try NetlinkFrame.split(Self.diagnosed(remotePort: 9)[...])
        #expect(try ListenerEvent.decode(connection[0]) == nil)
    }

    @Test func `reads an error with the kernel's words`() throws {
        let words = Array("Invalid prefix length".utf8) + [0]
        var bytes: [UInt8] = [UInt8(16 + 20 + 4 + words.count), 0, 0, 0, 2, 0, 0, 0x03, 7, 0, 0, 0, 0, 0, 0, 0]
        bytes += NativeBytes.of(Int32(-22)) + [UInt8](repeating: 0, count: 16)
        bytes += [UInt8(4 + words.count), 0, 1, 0] + words
        let frame = try #require(try NetlinkFrame.split(bytes[...]).first)
        #expect(frame.errorNumber == 22)
        #expect(frame.errorText == "Invalid prefix length")
    }

    @Test func `a message of a family is no link`() throws {
        var bytes = [UInt8](repeating: 0, count: 16)
        bytes[4] = 3
        #expect(try Link.decode(bytes[...])?.index == 3)
        // RTM_DELLINK of AF_BRIDGE says that a port left its bridge, not that the interface is gone.
        bytes[0] = 7
        let message: [UInt8] = [32, 0, 0, 0, 17, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0] + bytes
        let frame = try #require(try NetlinkFrame.split(message[...]).first)
        #expect(try RouteEvent.decode(frame) == nil)
    }

    @Test func `what is cut off is malformed`() throws {
        for count in 1..<Self.address.count {
            #expect(throws: NetlinkMalformed.self, "\(count)") { try NetlinkFrame.split(Self.address.prefix(count)) }
        }
        let payload = Self.address[16...]
        for count in 0..<8 {
            #expect(throws: NetlinkMalformed.self) { try InterfaceAddress.decode(payload.prefix(count)) }
        }
        for bytes in [[UInt8](repeating: 0, count: 12), [2, 33] + [UInt8](repeating: 0, count: 10)] {
            #expect(throws: NetlinkMalformed.self) { try NetlinkFrame.split(bytes[...]) }
        }
        let tooLong: [UInt8] = [2, 33, 0, 0, 1, 0, 0, 0, 8, 0, 2, 0, 192, 0, 2, 1]
        #expect(throws: NetlinkMalformed.self) { try InterfaceAddress.decode(tooLong[...]) }
    }

    @Test(arguments: 0..<100)
    func `octets changed at random never trap`(seed: Int) throws {
        var generator = SeededGenerator(seed: UInt64(seed))
        for _ in 0..<200 {
            for var bytes in [Self.address, Self.diagnosed(remotePort: 0)] {
                for _ in 0..<Int.random(in: 1...6, using: &generator) {
                    bytes[Int.random(in: 0..<bytes.count, using: &generator)] = .random(in: 0...255, using: &generator)
                }
                let payload = bytes[16...]
                _ = try? NetlinkFrame.split(bytes[...])
                _ = try? InterfaceAddress.decode(payload)
                _ = try? Link.decode(payload)
                _ = try? Neighbour.decode(payload)
                _ = try? Route.decode(payload)
                _ = try? DiagnosedSocket.decode(payload)
            }
        }
    }

    @Test func `a mark is a tag or a label`() throws {
        let prefix = try #require(Prefix("192.0.2.100/32"))
        #expect(!InterfaceAddress(interfaceIndex: 1, prefix: prefix).isMarked)
        #expect(InterfaceAddress(interfaceIndex: 1, prefix: prefix, protocolTag: 0xf1).isMarked)
        #expect(InterfaceAddress(interfaceIndex: 1, prefix: prefix, label: "eth0:tandem").isMarked)
        #expect(!InterfaceAddress(interfaceIndex: 1, prefix: prefix, label: "eth0:1").isMarked)
        #expect(OwnershipMark.label(interfaceName: "lo") == "lo:tandem")
        #expect(OwnershipMark.label(interfaceName: "enp129s0f0np0") == nil)
    }
}
