import CLinux
import Glibc
import Primitives
import SystemPackage

/// Binding and connecting by endpoint.
enum SocketAddress {
    /// The bytes of `struct sockaddr_in` or `struct sockaddr_in6` (ip(7), ipv6(7)).
    static func bytes(of endpoint: Endpoint) -> [UInt8] {
        let family = UInt16(endpoint.address.family.rawValue)
        var bytes = unsafe withUnsafeBytes(of: family) { unsafe Array($0) }
        bytes += [UInt8(endpoint.port >> 8), UInt8(endpoint.port & 0xff)]
        switch endpoint.address {
        case .v4(let address): bytes += address.bytes + [UInt8](repeating: 0, count: 8)
        case .v6(let address): bytes += [0, 0, 0, 0] + address.bytes + [0, 0, 0, 0]
        }
        return bytes
    }

    /// bind(2).
    static func bind(_ descriptor: Int32, to endpoint: Endpoint) -> Errno? {
        unsafe bytes(of: endpoint).withUnsafeBytes { buffer in
            guard let base = buffer.baseAddress else { return .invalidArgument }
            let code = unsafe Glibc.bind(
                descriptor,
                base.assumingMemoryBound(to: sockaddr.self),
                socklen_t(buffer.count)
            )
            return code == 0 ? nil : Errno(rawValue: errno)
        }
    }

    /// connect(2); nothing when the connection stands already.
    static func connect(_ descriptor: Int32, to endpoint: Endpoint) -> Errno? {
        unsafe bytes(of: endpoint).withUnsafeBytes { buffer in
            guard let base = buffer.baseAddress else { return .invalidArgument }
            let code = unsafe Glibc.connect(
                descriptor,
                base.assumingMemoryBound(to: sockaddr.self),
                socklen_t(buffer.count)
            )
            return code == 0 ? nil : Errno(rawValue: errno)
        }
    }

    /// The port that a socket is bound to (getsockname(2)).
    static func port(of descriptor: Int32) -> UInt16 {
        var bytes = [UInt8](repeating: 0, count: 28)
        var length = socklen_t(bytes.count)
        let code = unsafe bytes.withUnsafeMutableBytes { buffer in
            guard let base = buffer.baseAddress else { return Int32(-1) }
            return unsafe getsockname(descriptor, base.assumingMemoryBound(to: sockaddr.self), &length)
        }
        return code == 0 ? UInt16(bytes[2]) << 8 | UInt16(bytes[3]) : 0
    }

    /// The error that waits on a socket (`SO_ERROR`), which is cleared by this.
    static func pendingError(_ descriptor: Int32) -> Errno? {
        var value: Int32 = 0
        var length = socklen_t(4)
        let code = unsafe getsockopt(descriptor, SOL_SOCKET, SO_ERROR, &value, &length)
        if code != 0 { return Errno(rawValue: errno) }
        return value == 0 ? nil : Errno(rawValue: value)
    }

    /// Whether a nonblocking connect has come to an end, one way or the other.
    static func isSettled(_ descriptor: Int32) -> Bool {
        var entry = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
        return unsafe poll(&entry, 1, 0) == 1
    }
}
