internal import Glibc
internal import Primitives
internal import SystemPackage

/// A blocking stream socket of the Unix domain, by its path (unix(7)).
struct UnixSocket: ~Copyable {
    private let path: String
    private let address: sockaddr_un
    /// Negative once it was given away.
    private var descriptor: Int32

    /// Makes a socket that is neither bound nor connected.
    init(path: String) throws(ControlError) {
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        let bytes = Array(path.utf8)
        let capacity = MemoryLayout.size(ofValue: address.sun_path)
        guard !bytes.isEmpty, bytes.count < capacity else { throw .pathTooLong(path) }
        unsafe withUnsafeMutableBytes(of: &address.sun_path) { unsafe $0.copyBytes(from: bytes) }
        let type = Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue)
        let descriptor = socket(AF_UNIX, type, 0)
        guard descriptor >= 0 else { throw .failed(operation: "make a socket for", path: path, .current) }
        self.descriptor = descriptor
        self.path = path
        self.address = address
    }

    deinit {
        if descriptor >= 0 { close(descriptor) }
    }

    /// Gives the descriptor away.
    mutating func release() -> Int32 {
        defer { descriptor = -1 }
        return descriptor
    }

    /// Binds the path with mode 0660, after removing a socket on which nobody answers.
    borrowing func bindReplacingStale() throws(ControlError) {
        // Before bind, so that the socket never has a wider mode than this; the umask may still narrow it (unix(7)).
        guard fchmod(descriptor, 0o660) == 0 else { throw failure("set the mode of") }
        if unsafe withAddress(bind) != 0 {
            guard Errno.current == .addressInUse else { throw failure("bind") }
            try removeStale()
            guard unsafe withAddress(bind) == 0 else { throw failure("bind") }
        }
        guard unsafe chmod(path, 0o660) == 0 else { throw failure("set the mode of") }
    }

    private borrowing func removeStale() throws(ControlError) {
        let probe = try UnixSocket(path: path)
        guard unsafe probe.withAddress(Glibc.connect) != 0 else { throw .inUse(path: path) }
        // A file that is no socket gives the same errno, and is not ours to remove.
        var status = stat()
        let isSocket = unsafe Errno.current == .connectionRefused && lstat(path, &status) == 0
        guard isSocket, status.st_mode & S_IFMT == S_IFSOCK else { throw failure("replace") }
        guard unsafe unlink(path) == 0 else { throw failure("replace") }
    }

    /// Connects to the path, and bounds how long each operation may take.
    borrowing func connect(timeout: Interval) throws(ControlError) {
        var time = timeval(
            tv_sec: Int(timeout.nanoseconds / 1_000_000_000),
            tv_usec: Int(timeout.nanoseconds / 1_000 % 1_000_000),
        )
        for option in [SO_RCVTIMEO, SO_SNDTIMEO] {
            let size = socklen_t(MemoryLayout<timeval>.size)
            guard unsafe setsockopt(descriptor, SOL_SOCKET, option, &time, size) == 0 else {
                throw failure("set the time limit of")
            }
        }
        guard unsafe withAddress(Glibc.connect) == 0 else {
            switch Errno.current {
            case .connectionRefused, .noSuchFileOrDirectory: throw .nobodyListens(path: path)
            default: throw failure("connect to")
            }
        }
    }

    /// Sends all bytes.
    borrowing func send(_ bytes: [UInt8]) throws(ControlError) {
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = unsafe rest.withUnsafeBytes {
                unsafe Glibc.send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
            }
            if count < 0, Errno.current == .interrupted { continue }
            guard count > 0 else { throw failure("write to") }
            rest = rest.dropFirst(count)
        }
    }

    /// Receives up to a line feed, which is not part of the result.
    borrowing func receiveLine() throws(ControlError) -> [UInt8] {
        var line: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 65_536)
        while line.last != UInt8(ascii: "\n") {
            let count = unsafe buffer.withUnsafeMutableBytes { unsafe recv(descriptor, $0.baseAddress, $0.count, 0) }
            if count < 0, Errno.current == .interrupted { continue }
            guard count > 0 else { throw count == 0 ? .noAnswer(path: path) : failure("read from") }
            line += buffer[..<count]
        }
        return line.dropLast()
    }

    private borrowing func withAddress(
        _ operation: (Int32, UnsafePointer<sockaddr>?, socklen_t) -> Int32
    ) -> Int32 {
        var address = address
        return unsafe withUnsafePointer(to: &address) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                unsafe operation(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
    }

    private borrowing func failure(_ operation: String) -> ControlError {
        let errno = Errno.current
        return errno == .wouldBlock ? .noAnswer(path: path) : .failed(operation: operation, path: path, errno)
    }
}

extension Errno {
    /// What the last system call of this thread left behind.
    fileprivate static var current: Errno { Errno(rawValue: errno) }
}
