import Glibc
import Primitives

/// A machine on the segment that sends advertisements which it has no right to.
struct Forger {
    /// 224.0.0.18 (RFC 9568 section 5.1.1.2).
    private static let group: UInt32 = 0xe000_0012

    let host: Host
    /// The virtual address.
    let address: IPv4Address

    /// Sends advertisements of a priority, every 10 ms, as if they came from an address.
    func send(_ count: Int, priority: UInt8, as source: IPv4Address) throws {
        let packet = packet(priority, source)
        try host.namespace.perform {
            let descriptor = socket(AF_INET, Int32(SOCK_RAW.rawValue), Int32(IPPROTO_RAW))
            guard descriptor >= 0 else { throw LabError("socket: \(systemError())") }
            defer { close(descriptor) }
            var interface = in_addr(s_addr: host.address.rawValue.bigEndian)
            let size = socklen_t(MemoryLayout<in_addr>.size)
            guard setsockopt(descriptor, Int32(IPPROTO_IP), IP_MULTICAST_IF, &interface, size) == 0 else {
                throw LabError("IP_MULTICAST_IF: \(systemError())")
            }
            var target = sockaddr_in()
            target.sin_family = sa_family_t(AF_INET)
            target.sin_addr.s_addr = Forger.group.bigEndian
            for _ in 0..<count {
                let sent = withUnsafePointer(to: &target) { pointer in
                    pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                        sendto(descriptor, packet, packet.count, 0, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
                    }
                }
                guard sent == packet.count else { throw LabError("sendto: \(systemError())") }
                nap(.milliseconds(10))
            }
        }
    }

    /// An IPv4 packet with an advertisement of version 3; the kernel fills in its length, identification and checksum.
    private func packet(_ priority: UInt8, _ source: IPv4Address) -> [UInt8] {
        let (from, to) = (Self.octets(source.rawValue), Self.octets(Self.group))
        let header: [UInt8] = [0x45, 0xc0, 0, 0, 0, 0, 0, 0, 255, 112, 0, 0] + from + to
        var message: [UInt8] = [0x31, UInt8(RouterSetup.identifier), priority, 1, 0, 10, 0, 0]
        message += Self.octets(address.rawValue)
        let sum = Self.checksum(from + to + [0, 112, 0, UInt8(message.count)] + message)
        (message[6], message[7]) = (UInt8(sum >> 8), UInt8(sum & 0xff))
        return header + message
    }

    private static func octets(_ value: UInt32) -> [UInt8] {
        [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: value >> $0) }
    }

    /// RFC 1071, over an even number of octets.
    private static func checksum(_ octets: [UInt8]) -> UInt16 {
        var sum = stride(from: 0, to: octets.count, by: 2).reduce(UInt32(0)) {
            $0 + UInt32(octets[$1]) << 8 + UInt32(octets[$1 + 1])
        }
        while sum > 0xffff { sum = sum & 0xffff + sum >> 16 }
        return ~UInt16(sum)
    }
}
