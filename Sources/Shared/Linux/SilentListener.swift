internal import CLinux
internal import Glibc
package import Primitives
package import SystemPackage

/// A TCP endpoint of this machine that drops everything sent to it, where the kernel would refuse it with a reset.
///
/// It never accepts a connection: its filter lets no segment through. The address need not be here yet.
package final class SilentListener: Sendable {
    private let descriptor: FileDescriptor

    /// Opens one; ports below 1024 need CAP_NET_BIND_SERVICE.
    package init(_ endpoint: Endpoint) throws(Errno) {
        let isIPv4 = endpoint.address.family == .ipv4
        let opened = try DatagramSocket.open(isIPv4 ? AF_INET : AF_INET6, Int32(SOCK_STREAM.rawValue), 0)
        let raw = opened.raw
        try SystemCall.setOption(raw, Int32(IPPROTO_IP), IP_FREEBIND, 1)
        // Before anything can arrive.
        try SocketFilter.attach([.accept(0)], to: raw)
        let port = [UInt8(endpoint.port >> 8), UInt8(endpoint.port & 0xff)]
        let name =
            isIPv4
            ? ControlMessage.bytes(UInt16(AF_INET)) + port + endpoint.address.bytes + [UInt8](repeating: 0, count: 8)
            : ControlMessage.bytes(UInt16(AF_INET6)) + port + [0, 0, 0, 0] + endpoint.address.bytes + [0, 0, 0, 0]
        try SystemCall.run {
            unsafe name.withUnsafeBytes { (bytes: UnsafeRawBufferPointer) -> Int32 in
                // Nothing has its address but the array, whose bytes are those of a struct sockaddr_in or sockaddr_in6.
                guard let address = unsafe bytes.baseAddress?.assumingMemoryBound(to: sockaddr.self) else { return -1 }
                return unsafe bind(raw, address, socklen_t(bytes.count))
            }
        }
        try SystemCall.run { listen(raw, 1) }
        descriptor = opened
    }
}
