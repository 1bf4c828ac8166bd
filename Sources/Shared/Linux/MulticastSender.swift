internal import CLinux
internal import Glibc
package import Primitives
package import SystemPackage

/// A UDP socket that sends to one multicast group by one interface, and hears nothing.
package struct MulticastSender: ~Copyable, Sendable {
    private let descriptor: FileDescriptor
    private let name: [UInt8]

    /// Opens a socket.
    package init(to group: Endpoint, interface: Interface, timeToLive: UInt8) throws(Errno) {
        let isIPv4 = group.address.family == .ipv4
        let opened = try DatagramSocket.open(isIPv4 ? AF_INET : AF_INET6, Int32(SOCK_DGRAM.rawValue), 0)
        let raw = opened.raw
        let port = [UInt8(group.port >> 8), UInt8(group.port & 0xff)]
        // The address of the interface is then the source, and no route to the group is needed.
        try SystemCall.setOption(raw, SOL_SOCKET, SO_BINDTODEVICE, bytes: Array(interface.name.utf8) + [0])
        if isIPv4 {
            let level = Int32(IPPROTO_IP)
            try SystemCall.setOption(raw, level, IP_MULTICAST_TTL, Int32(timeToLive))
            try SystemCall.setOption(raw, level, IP_MULTICAST_LOOP, 0)
            // struct ip_mreqn: group, local address, interface index.
            let membership = [UInt8](repeating: 0, count: 8) + ControlMessage.bytes(interface.index)
            try SystemCall.setOption(raw, level, IP_MULTICAST_IF, bytes: membership)
            name = ControlMessage.bytes(UInt16(AF_INET)) + port + group.address.bytes + [UInt8](repeating: 0, count: 8)
        } else {
            let level = Int32(IPPROTO_IPV6)
            try SystemCall.setOption(raw, level, IPV6_MULTICAST_HOPS, Int32(timeToLive))
            try SystemCall.setOption(raw, level, IPV6_MULTICAST_LOOP, 0)
            try SystemCall.setOption(raw, level, IPV6_MULTICAST_IF, interface.index)
            name =
                ControlMessage.bytes(UInt16(AF_INET6)) + port + [0, 0, 0, 0] + group.address.bytes
                + ControlMessage.bytes(interface.index)
        }
        descriptor = opened
    }

    /// Sends a datagram.
    package borrowing func send(_ payload: [UInt8]) throws(Errno) {
        try DatagramSocket.send(descriptor.raw, payload, to: name, control: [])
    }
}
