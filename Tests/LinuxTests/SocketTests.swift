import Linux
import Primitives
import SystemPackage
import TestNetwork
import Testing

@Suite struct SocketTests {
    /// Does something every 20 ms until the body returns a value or ten seconds are over.
    ///
    /// A pair of interfaces has its carrier and its routes only some time after it was set up.
    static func poll<Value>(
        _ descriptor: Int32,
        _ nudge: () throws -> Void,
        _ body: () throws -> Value?,
    ) throws -> Value? {
        var reactor = try Reactor()
        try reactor.add(descriptor, token: 0, interest: .read)
        let deadline = Clock.now + .seconds(10)
        while Clock.now < deadline {
            do { try nudge() } catch Errno.networkUnreachable { continue }
            _ = try reactor.wait(until: Clock.now + .milliseconds(20))
            if let value = try body() { return value }
        }
        return nil
    }

    static func pair() throws {
        try NetworkNamespace.command(
            """
            ip link add v0 type veth peer name v1 && ip link set v0 address 02:00:00:00:00:0a &&
            ip addr add 192.0.2.1/24 dev v0 && ip addr add 192.0.2.2/24 dev v1 &&
            ip addr add fe80::1/64 dev v0 nodad && ip addr add fe80::2/64 dev v1 nodad &&
            ip link set v0 up && ip link set v1 up
            """
        )
        // Both ends live in one namespace, so what arrives comes from an address of this machine.
        for parameter in ["all/rp_filter", "v1/rp_filter"] { try Sysctl.write("net/ipv4/conf/\(parameter)", "0") }
        try Sysctl.write("net/ipv4/conf/v1/accept_local", "1")
    }

    @Test func `a packet socket sees the frames of its type with the kernel's time`() throws {
        let (before, frame, after, own) = try NetworkNamespace.run {
            try Self.pair()
            let near = try Interface.named("v0")
            let far = try Interface.named("v1")
            let sender = try PacketSocket(interfaceIndex: near.index, etherType: PacketSocket.allTypes)
            // A packet socket does not see what it sends itself, only what others do.
            let witness = try PacketSocket(interfaceIndex: near.index, etherType: PacketSocket.allTypes)
            let receiver = try PacketSocket(
                interfaceIndex: far.index,
                etherType: 0x88b5,
                filter: [.loadByte(14), .jumpIfEqual(42, 0, 1), .accept(65535), .accept(0)],
            )
            let header = MACAddress.broadcast.bytes + (near.mac?.bytes ?? []) + [0x88, 0xb5]
            let before = Clock.now
            func nudge() throws {
                try sender.send(header + [41] + [UInt8](repeating: 0, count: 45))
                try sender.send(header + [42] + [UInt8](repeating: 0, count: 45))
            }
            let frame = try Self.poll(receiver.raw, nudge) { () throws -> ReceivedFrame? in try receiver.receive() }
            let own = try Self.poll(witness.raw, nudge) { () throws -> ReceivedFrame? in
                while let frame = try witness.receive() { if frame.bytes[12] == 0x88 { return frame } }
                return nil
            }
            return (before, frame, Clock.now, own)
        }
        #expect(frame?.bytes.count == 60)
        #expect(frame?.bytes[14] == 42, "the filter refused the other frame")
        #expect(frame?.isOutgoing == false)
        #expect(own?.isOutgoing == true)
        // The clocks are read one after the other, so the conversion is right to some microseconds.
        if let frame { #expect(frame.receivedAt > before - .milliseconds(1) && frame.receivedAt <= after) }
    }

    @Test(arguments: [("192.0.2.1", "224.0.0.18"), ("fe80::1", "ff02::12")])
    func `a protocol socket speaks multicast with TTL 255`(source: String, group: String) throws {
        let source = try #require(IPAddress(source))
        let group = try #require(IPAddress(group))
        let (datagram, echo, index) = try NetworkNamespace.run {
            try Self.pair()
            let near = try Interface.named("v0")
            let far = try Interface.named("v1")
            let family = source.family
            let sender = try ProtocolSocket(family: family, protocol: 112, interface: near, multicastGroup: group)
            let receiver = try ProtocolSocket(family: family, protocol: 112, interface: far, multicastGroup: group)
            func nudge() throws { try sender.send([0x31, 51, 100, 0], from: source, to: group) }
            let datagram = try Self.poll(receiver.raw, nudge) { () throws -> ReceivedDatagram? in
                try receiver.receive()
            }
            return (datagram, try sender.receive(), far.index)
        }
        #expect(datagram?.payload == [0x31, 51, 100, 0])
        #expect(datagram?.source == source)
        #expect(datagram?.destination == group)
        #expect(datagram?.timeToLive == 255)
        #expect(datagram?.interfaceIndex == index)
        #expect(echo == nil, "a sender does not hear itself")
    }

    @Test(arguments: [("192.0.2.1", "224.0.0.18"), ("fe80::1", "ff02::12")])
    func `what a protocol socket sends to itself comes back, and does not leave the machine`(
        source: String,
        group: String,
    ) throws {
        let source = try #require(IPAddress(source))
        let group = try #require(IPAddress(group))
        let (own, far, later) = try NetworkNamespace.run {
            try Self.pair()
            let (near, distant) = (try Interface.named("v0"), try Interface.named("v1"))
            let family = source.family
            let sender = try ProtocolSocket(family: family, protocol: 112, interface: near, multicastGroup: group)
            let receiver = try ProtocolSocket(family: family, protocol: 112, interface: distant, multicastGroup: group)
            func nudge() throws { try sender.loop([0, 1, 2, 3], from: source, to: group) }
            let own = try Self.poll(sender.raw, nudge) { () throws -> ReceivedDatagram? in try sender.receive() }
            let far = try receiver.receive()
            while try sender.receive() != nil {}
            // Afterwards it sends as before.
            try sender.send([0x31, 51, 100, 0], from: source, to: group)
            return (own, far, try sender.receive())
        }
        #expect(own?.payload == [0, 1, 2, 3])
        #expect(own?.timeToLive == 0)
        #expect(own?.source == source)
        #expect(far == nil)
        #expect(later == nil)
    }

    @Test func `an interface is known by name and by index`() throws {
        let (named, numbered, loopback) = try NetworkNamespace.run {
            try Self.pair()
            let named = try Interface.named("v0")
            return (named, try Interface.numbered(named.index), try Interface.named("lo"))
        }
        #expect(named == numbered)
        #expect(named.mac == MACAddress("02:00:00:00:00:0a"))
        #expect(named.mtu == 1500)
        #expect(loopback.mac == nil)
        #expect(throws: Errno.self) { try Interface.named("nosuch") }
        #expect(throws: Errno.self) { try Interface.named("a-name-that-is-too-long") }
    }
}
