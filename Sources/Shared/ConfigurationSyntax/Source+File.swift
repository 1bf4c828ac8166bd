internal import Glibc

extension Source {
    /// Reads a file; what goes wrong is said in the operator's words.
    package static func read(path: String) throws(ConfigurationError) -> Source {
        // O_NONBLOCK: a FIFO in the place of the file must not hold up a reload.
        let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else {
            throw ConfigurationError(file: path, message: "cannot open the file: \(Self.words(for: errno))")
        }
        defer { _ = close(descriptor) }
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 16 * 1024)
        while true {
            let count = unsafe chunk.withUnsafeMutableBytes { unsafe Glibc.read(descriptor, $0.baseAddress, $0.count) }
            if count < 0 && errno == EINTR { continue }
            guard count >= 0 else {
                throw ConfigurationError(file: path, message: "cannot read the file: \(Self.words(for: errno))")
            }
            if count == 0 { return Source(name: path, bytes: bytes) }
            bytes.append(contentsOf: chunk[..<count])
            guard bytes.count <= maximumSize else {
                throw ConfigurationError(file: path, message: "the file is larger than 1 MiB")
            }
        }
    }

    private static func words(for code: Int32) -> String {
        switch code {
        case ENOENT: "there is no such file"
        case EACCES, EPERM: "permission denied"
        case EISDIR: "it is a directory"
        case EAGAIN: "it is not a regular file"
        default: "error \(code)"
        }
    }
}
