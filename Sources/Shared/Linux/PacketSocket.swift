internal import CLinux
internal import Glibc
internal import Primitives
package import SystemPackage

/// A nonblocking packet socket (packet(7), `AF_PACKET`, `SOCK_RAW`) on one interface.
package struct PacketSocket: ~Copyable, Sendable {
    private let descriptor: FileDescriptor
    private let capacity: Int

    /// `ETH_P_ALL`: frames of every type, those that this machine sends too.
    package static let allTypes = UInt16(ETH_P_ALL)

    /// Opens a socket for frames of one type; an empty filter accepts all of them.
    ///
    /// The receive buffer is in bytes as the kernel counts them (socket(7), `SO_RCVBUFFORCE`); nothing leaves the default.
    package init(
        interfaceIndex: Int32,
        etherType: UInt16,
        filter: [BPFInstruction] = [],
        capacity: Int = 2048,
        receiveBuffer: Int32? = nil,
    ) throws(Errno) {
        // Protocol 0 receives nothing, so that no frame gets past a filter which is not attached yet.
        let opened = try DatagramSocket.open(AF_PACKET, Int32(SOCK_RAW.rawValue), 0)
        let raw = opened.raw
        try SystemCall.setOption(raw, SOL_SOCKET, tandem_so_timestampns, 1)
        if let receiveBuffer { try SystemCall.setOption(raw, SOL_SOCKET, SO_RCVBUFFORCE, receiveBuffer) }
        if !filter.isEmpty { try SocketFilter.attach(filter, to: raw) }
        var address = sockaddr_ll()
        address.sll_family = UInt16(AF_PACKET)
        address.sll_protocol = etherType.bigEndian
        address.sll_ifindex = interfaceIndex
        try SystemCall.run {
            unsafe withUnsafePointer(to: &address) {
                unsafe $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                    unsafe bind(raw, $0, socklen_t(MemoryLayout<sockaddr_ll>.size))
                }
            }
        }
        descriptor = opened
        self.capacity = capacity
    }

    /// The descriptor's number, to be polled.
    package var raw: Int32 { descriptor.raw }

    /// Sends a frame that begins with its Ethernet header.
    package borrowing func send(_ frame: [UInt8]) throws(Errno) {
        try DatagramSocket.send(descriptor.raw, frame, to: [], control: [])
    }

    /// Receives a frame, or nothing if none waits.
    package borrowing func receive() throws(Errno) -> ReceivedFrame? {
        guard let received = try DatagramSocket.receive(descriptor.raw, capacity: capacity) else { return nil }
        // struct sockaddr_ll: sll_pkttype is its eleventh byte.
        let isOutgoing = received.name.count > 10 && received.name[10] == UInt8(PACKET_OUTGOING)
        return ReceivedFrame(bytes: received.bytes, receivedAt: received.receivedAt, isOutgoing: isOutgoing)
    }
}
