internal import CLinux
internal import Glibc
package import Primitives
package import SystemPackage

/// A nonblocking raw IP socket (raw(7)) of one protocol on one interface, as VRRP needs it (RFC 9568 section 5.1.1).
package struct ProtocolSocket: ~Copyable, Sendable {
    private let descriptor: FileDescriptor
    private let family: AddressFamily
    private let interfaceIndex: Int32

    /// Opens a socket that sends with TTL 255, hears nothing of its own, and has joined the group if there is one.
    package init(
        family: AddressFamily,
        protocol protocolNumber: UInt8,
        interface: Interface,
        multicastGroup: IPAddress?,
    ) throws(Errno) {
        precondition(multicastGroup.map { $0.family == family } ?? true, "the group is of another family")
        let domain = family == .ipv4 ? AF_INET : AF_INET6
        let opened = try DatagramSocket.open(domain, Int32(SOCK_RAW.rawValue), Int32(protocolNumber))
        let raw = opened.raw
        try SystemCall.setOption(raw, SOL_SOCKET, SO_BINDTODEVICE, bytes: Array(interface.name.utf8) + [0])
        try SystemCall.setOption(raw, SOL_SOCKET, tandem_so_timestampns, 1)
        // The priority of internetwork control, which a queueing discipline sends first (RFC 4594 section 3.1).
        try SystemCall.setOption(raw, SOL_SOCKET, SO_PRIORITY, 6)
        switch family {
        case .ipv4: try Self.configureIPv4(raw, interface, multicastGroup)
        case .ipv6: try Self.configureIPv6(raw, interface, multicastGroup)
        }
        descriptor = opened
        self.family = family
        interfaceIndex = interface.index
    }

    private static func configureIPv4(_ raw: Int32, _ interface: Interface, _ group: IPAddress?) throws(Errno) {
        let level = Int32(IPPROTO_IP)
        try SystemCall.setOption(raw, level, IP_TTL, 255)
        try SystemCall.setOption(raw, level, IP_TOS, 0xc0)
        try SystemCall.setOption(raw, level, IP_MULTICAST_TTL, 255)
        try SystemCall.setOption(raw, level, IP_MULTICAST_LOOP, 0)
        try SystemCall.setOption(raw, level, IP_MULTICAST_ALL, 0)
        try SystemCall.setOption(raw, level, IP_RECVTTL, 1)
        try SystemCall.setOption(raw, level, IP_PKTINFO, 1)
        // struct ip_mreqn: group, local address, interface index.
        let interfaceBytes = [0, 0, 0, 0] + ControlMessage.bytes(interface.index)
        try SystemCall.setOption(raw, level, IP_MULTICAST_IF, bytes: [0, 0, 0, 0] + interfaceBytes)
        if let group {
            try SystemCall.setOption(raw, level, IP_ADD_MEMBERSHIP, bytes: group.bytes + interfaceBytes)
        }
    }

    private static func configureIPv6(_ raw: Int32, _ interface: Interface, _ group: IPAddress?) throws(Errno) {
        let level = Int32(IPPROTO_IPV6)
        try SystemCall.setOption(raw, level, IPV6_UNICAST_HOPS, 255)
        try SystemCall.setOption(raw, level, IPV6_TCLASS, 0xc0)
        try SystemCall.setOption(raw, level, IPV6_MULTICAST_HOPS, 255)
        try SystemCall.setOption(raw, level, IPV6_MULTICAST_LOOP, 0)
        try SystemCall.setOption(raw, level, IPV6_MULTICAST_ALL, 0)
        try SystemCall.setOption(raw, level, IPV6_RECVHOPLIMIT, 1)
        try SystemCall.setOption(raw, level, IPV6_RECVPKTINFO, 1)
        try SystemCall.setOption(raw, level, IPV6_MULTICAST_IF, interface.index)
        if let group {
            // struct ipv6_mreq: group, interface index.
            let membership = group.bytes + ControlMessage.bytes(interface.index)
            try SystemCall.setOption(raw, level, IPV6_JOIN_GROUP, bytes: membership)
        }
    }

    /// The descriptor's number, to be polled.
    package var raw: Int32 { descriptor.raw }

    /// Sends a payload; the kernel writes the IP header.
    package borrowing func send(
        _ payload: [UInt8],
        from source: IPAddress,
        to destination: IPAddress,
    ) throws(Errno) {
        precondition(source.family == family && destination.family == family, "an address is of another family")
        let information: ControlMessage
        var name: [UInt8]
        switch family {
        case .ipv4:
            // struct in_pktinfo: interface index, source address, (on reception) destination.
            let data = ControlMessage.bytes(interfaceIndex) + source.bytes + [0, 0, 0, 0]
            information = ControlMessage(level: Int32(IPPROTO_IP), type: IP_PKTINFO, data: data)
            name = ControlMessage.bytes(UInt16(AF_INET)) + [0, 0] + destination.bytes
            name += [UInt8](repeating: 0, count: 8)
        case .ipv6:
            // struct in6_pktinfo: source address, interface index.
            let data = source.bytes + ControlMessage.bytes(interfaceIndex)
            information = ControlMessage(level: Int32(IPPROTO_IPV6), type: IPV6_PKTINFO, data: data)
            name = ControlMessage.bytes(UInt16(AF_INET6)) + [UInt8](repeating: 0, count: 6)
            name += destination.bytes + ControlMessage.bytes(interfaceIndex)
        }
        try DatagramSocket.send(descriptor.raw, payload, to: name, control: information.encoded)
    }

    /// Sends a payload to the group in such a way that it comes back to this machine and never leaves it: TTL 0.
    ///
    /// It passes the packet filter like what others send, so that its return proves that the socket receives.
    package borrowing func loop(
        _ payload: [UInt8],
        from source: IPAddress,
        to group: IPAddress,
    ) throws(Errno) {
        let (level, loop, hops) =
            switch family {
            case .ipv4: (Int32(IPPROTO_IP), IP_MULTICAST_LOOP, IP_MULTICAST_TTL)
            case .ipv6: (Int32(IPPROTO_IPV6), IPV6_MULTICAST_LOOP, IPV6_MULTICAST_HOPS)
            }
        try SystemCall.setOption(raw, level, loop, 1)
        try SystemCall.setOption(raw, level, hops, 0)
        var failure: Errno?
        do throws(Errno) {
            try send(payload, from: source, to: group)
        } catch {
            failure = error
        }
        try SystemCall.setOption(raw, level, hops, 255)
        try SystemCall.setOption(raw, level, loop, 0)
        if let failure { throw failure }
    }

    /// Receives a datagram, or nothing if none waits; one that makes no sense as IP is skipped.
    package borrowing func receive() throws(Errno) -> ReceivedDatagram? {
        while let received = try DatagramSocket.receive(descriptor.raw, capacity: 4096) {
            let datagram = family == .ipv4 ? decodeIPv4(received) : decodeIPv6(received)
            if let datagram { return datagram }
        }
        return nil
    }

    /// An IPv4 raw socket hands over the IP header too (RFC 791 section 3.1).
    private func decodeIPv4(_ received: DatagramSocket.Received) -> ReceivedDatagram? {
        let bytes = received.bytes
        guard bytes.count >= 20, bytes[0] >> 4 == 4 else { return nil }
        let headerLength = Int(bytes[0] & 0x0f) * 4
        guard headerLength >= 20, headerLength <= bytes.count,
            let source = IPAddress(bytes: bytes[12..<16]), let destination = IPAddress(bytes: bytes[16..<20])
        else { return nil }
        let information = received.control.first { $0.level == Int32(IPPROTO_IP) && $0.type == IP_PKTINFO }
        return ReceivedDatagram(
            payload: Array(bytes[headerLength...]),
            source: source,
            destination: destination,
            timeToLive: bytes[8],
            interfaceIndex: information?.integer ?? interfaceIndex,
            receivedAt: received.receivedAt,
        )
    }

    private func decodeIPv6(_ received: DatagramSocket.Received) -> ReceivedDatagram? {
        let control = received.control.filter { $0.level == Int32(IPPROTO_IPV6) }
        guard let information = control.first(where: { $0.type == IPV6_PKTINFO }), information.data.count >= 20,
            let hopLimit = control.first(where: { $0.type == IPV6_HOPLIMIT })?.integer,
            received.name.count >= 24, let source = IPAddress(bytes: received.name[8..<24]),
            let destination = IPAddress(bytes: information.data[0..<16])
        else { return nil }
        return ReceivedDatagram(
            payload: received.bytes,
            source: source,
            destination: destination,
            timeToLive: UInt8(truncatingIfNeeded: hopLimit),
            interfaceIndex: Int32(truncatingIfNeeded: ControlMessage.native(information.data[16..<20])),
            receivedAt: received.receivedAt,
        )
    }
}
