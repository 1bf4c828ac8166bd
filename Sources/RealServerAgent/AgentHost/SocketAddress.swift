internal import Glibc
internal import Primitives

/// The kernel's form of an endpoint (`struct sockaddr_in` and `sockaddr_in6`).
struct SocketAddress {
    let bytes: [UInt8]
    let family: Int32

    init(_ endpoint: Endpoint) {
        let port = [UInt8(endpoint.port >> 8), UInt8(endpoint.port & 255)]
        family = Int32(endpoint.address.family.rawValue)
        let head = unsafe withUnsafeBytes(of: UInt16(family)) { unsafe Array($0) } + port
        switch endpoint.address {
        case .v4(let address): bytes = head + address.bytes + [UInt8](repeating: 0, count: 8)
        case .v6(let address): bytes = head + [0, 0, 0, 0] + address.bytes + [0, 0, 0, 0]
        }
    }

    /// The port of a socket's own end, in host order.
    static func localPort(_ descriptor: Int32) -> UInt16? {
        var storage = sockaddr_storage()
        var size = socklen_t(MemoryLayout<sockaddr_storage>.size)
        let result = unsafe withUnsafeMutablePointer(to: &storage) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
                unsafe getsockname(descriptor, address, &size)
            }
        }
        guard result == 0 else { return nil }
        // Both families have the port behind the two bytes of the family.
        return unsafe withUnsafeBytes(of: storage) { unsafe UInt16($0[2]) << 8 | UInt16($0[3]) }
    }

    /// Calls a socket function with the address.
    func with(_ call: (UnsafePointer<sockaddr>, socklen_t) -> Int32) -> Int32 {
        unsafe bytes.withUnsafeBytes { buffer in
            guard let base = buffer.baseAddress else { return -1 }
            return unsafe call(base.assumingMemoryBound(to: sockaddr.self), socklen_t(buffer.count))
        }
    }
}
