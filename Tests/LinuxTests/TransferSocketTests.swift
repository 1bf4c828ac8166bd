import Linux
import Primitives
import SystemPackage
import TestNetwork
import Testing

/// The sockets of a change of director.
@Suite struct TransferSocketTests {
    /// What bash says of a connection attempt of half a second: 0 connected, 1 refused, 124 no answer.
    static func connect(_ address: String, _ outcome: Int) -> Bool {
        let attempt = "timeout 0.5 bash -c ': </dev/tcp/\(address)/80' 2>/dev/null"
        return (try? NetworkNamespace.command("\(attempt); test $? = \(outcome)")) != nil
    }

    @Test(arguments: ["192.0.2.100", "2001:db8::100"])
    func `a silent listener drops what the kernel would refuse, at an address that is yet to come`(
        address: String,
    ) throws {
        let endpoint = Endpoint(address: try #require(IPAddress(address)), port: 80)
        let (before, during, afterwards) = try NetworkNamespace.run {
            var listener: SilentListener? = try SilentListener(endpoint)
            try NetworkNamespace.command("ip addr add \(address)/\(endpoint.address.bytes.count * 8) dev lo nodad")
            let during = withExtendedLifetime(listener) { Self.connect(address, 124) }
            listener = nil
            let refused = Self.connect(address, 1)
            return (listener == nil, during, refused)
        }
        #expect(before)
        #expect(during, "nothing answers")
        #expect(afterwards, "refused as ever")
    }

    @Test func `a second listener at the same endpoint is refused`() throws {
        let endpoint = Endpoint(address: .v4(IPv4Address(192, 0, 2, 100)), port: 80)
        let failure = try NetworkNamespace.run { () throws -> Errno? in
            let listener = try SilentListener(endpoint)
            defer { withExtendedLifetime(listener) {} }
            do throws(Errno) {
                _ = try SilentListener(endpoint)
                return nil
            } catch {
                return error
            }
        }
        #expect(failure == .addressInUse)
    }

    @Test(arguments: ["224.0.0.81", "ff02::81"])
    func `a multicast sender sends by its interface, without a route to the group`(group: String) throws {
        let group = try #require(IPAddress(group))
        let (frame, isIPv4) = try NetworkNamespace.run {
            try SocketTests.pair()
            let near = try Interface.named("v0")
            let far = try Interface.named("v1")
            let isIPv4 = group.family == .ipv4
            let witness = try PacketSocket(
                interfaceIndex: far.index,
                etherType: isIPv4 ? 0x0800 : 0x86dd,
                // UDP alone.
                filter: [.loadByte(isIPv4 ? 23 : 20), .jumpIfEqual(17, 0, 1), .accept(65535), .accept(0)],
            )
            let sender = try MulticastSender(to: Endpoint(address: group, port: 8848), interface: near, timeToLive: 1)
            func nudge() throws { try sender.send([1, 2, 3]) }
            let frame = try SocketTests.poll(witness.raw, nudge) { () throws -> ReceivedFrame? in try witness.receive()
            }
            return (frame, isIPv4)
        }
        let bytes = try #require(frame?.bytes)
        let header = isIPv4 ? 14 + 20 : 14 + 40
        #expect(bytes[isIPv4 ? 22 : 21] == 1, "the TTL")
        #expect(Array(bytes[(header - group.bytes.count)..<header]) == group.bytes)
        #expect(bytes[(header + 2)...].starts(with: [0x22, 0x90]), "port 8848")
        #expect(bytes[(header + 8)...].starts(with: [1, 2, 3]))
        if isIPv4 { #expect(bytes[26..<30] == [192, 0, 2, 1], "the interface's own address") }
    }
}
