import Glibc

/// The other end of `NOTIFY_SOCKET`: a datagram socket as systemd has one.
///
/// The variable belongs to the whole process, so whoever uses this has a process of its own.
final class NotificationSocket {
    private let descriptor: Int32
    private let path: String
    private let isAbstract: Bool

    /// Binds a socket in the file system or in the abstract name space (`@`), and points the variable at it.
    init?(abstract isAbstract: Bool = false) {
        path = "/tmp/tandem-notify-\(getpid())-\(UInt32.random(in: 0 ... .max))"
        self.isAbstract = isAbstract
        descriptor = socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue) | Int32(SOCK_NONBLOCK.rawValue), 0)
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        let bytes = (isAbstract ? [0] : []) + Array(path.utf8)
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: bytes) }
        let length = socklen_t(MemoryLayout<sa_family_t>.size + bytes.count + (isAbstract ? 0 : 1))
        let bound = withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { bind(descriptor, $0, length) }
        }
        guard descriptor >= 0, bound == 0 else { return nil }
        setenv("NOTIFY_SOCKET", isAbstract ? "@\(path)" : path, 1)
    }

    deinit {
        unsetenv("NOTIFY_SOCKET")
        close(descriptor)
        if !isAbstract { unlink(path) }
    }

    /// The next datagram's assignments, or nothing if none waits.
    func receive() -> [String]? {
        var buffer = [UInt8](repeating: 0, count: 4_096)
        let count = recv(descriptor, &buffer, buffer.count, 0)
        guard count >= 0 else { return nil }
        return String(decoding: buffer[..<count], as: UTF8.self).split(separator: "\n").map(String.init)
    }
}
