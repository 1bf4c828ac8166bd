import Glibc

/// Small files, read and written whole.
enum File {
    /// The text of a file, or nil when it cannot be read.
    static func read(_ path: String) -> String? {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 65_536)
        while true {
            let count = Glibc.read(descriptor, &buffer, buffer.count)
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { break }
            bytes.append(contentsOf: buffer[..<count])
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// Writes a file, replacing what was there.
    static func write(_ path: String, _ text: String, mode: mode_t = 0o644) throws {
        try write(path, Array(text.utf8), mode: mode)
    }

    /// Writes a file, replacing what was there.
    static func write(_ path: String, _ bytes: [UInt8], mode: mode_t = 0o644) throws {
        let descriptor = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, mode)
        guard descriptor >= 0 else { throw LabError("\(path): \(systemError())") }
        defer { close(descriptor) }
        guard Glibc.write(descriptor, bytes, bytes.count) == bytes.count else {
            throw LabError("\(path): \(systemError())")
        }
    }

    /// Makes a directory and those above it.
    static func makeDirectory(_ path: String) {
        var sofar = ""
        for part in path.split(separator: "/") {
            sofar += "/\(part)"
            mkdir(sofar, 0o755)
        }
    }
}
