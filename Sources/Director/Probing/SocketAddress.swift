import CLinux
import Glibc
import Primitives
import SystemPackage

/// Binding and connecting by endpoint.
enum SocketAddress {
    /// Calls with the endpoint as `struct sockaddr_in` or `struct sockaddr_in6` (ip(7), ipv6(7)).
    private static func call(
        with endpoint: Endpoint,
        _ body: (UnsafePointer<sockaddr>, socklen_t) -> Int32,
    ) -> Errno? {
        let code: Int32
        switch endpoint.address {
        case .v4(let address):
            var name = sockaddr_in()
            name.sin_family = sa_family_t(AF_INET)
            name.sin_port = endpoint.port.bigEndian
            name.sin_addr.s_addr = address.rawValue.bigEndian
            code = unsafe withUnsafePointer(to: name) { pointer in
                unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { base in
                    unsafe body(base, socklen_t(MemoryLayout<sockaddr_in>.size))
                }
            }
        case .v6(let address):
            var name = sockaddr_in6()
            name.sin6_family = sa_family_t(AF_INET6)
            name.sin6_port = endpoint.port.bigEndian
            unsafe withUnsafeMutableBytes(of: &name.sin6_addr) { unsafe $0.copyBytes(from: address.bytes) }
            code = unsafe withUnsafePointer(to: name) { pointer in
                unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { base in
                    unsafe body(base, socklen_t(MemoryLayout<sockaddr_in6>.size))
                }
            }
        }
        return code == 0 ? nil : Errno(rawValue: errno)
    }

    /// bind(2).
    static func bind(_ descriptor: Int32, to endpoint: Endpoint) -> Errno? {
        unsafe call(with: endpoint) { unsafe Glibc.bind(descriptor, $0, $1) }
    }

    /// connect(2); nothing when the connection stands already.
    static func connect(_ descriptor: Int32, to endpoint: Endpoint) -> Errno? {
        unsafe call(with: endpoint) { unsafe Glibc.connect(descriptor, $0, $1) }
    }

    /// Ends a TCP socket's connection, by RST where it stands (`tcp_disconnect`), so that it may connect again; whether it
    /// may (connect(2), `AF_UNSPEC`).
    static func disconnect(_ descriptor: Int32) -> Bool {
        let nobody = sockaddr()
        return unsafe withUnsafePointer(to: nobody) {
            unsafe Glibc.connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr>.size))
        } == 0
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
