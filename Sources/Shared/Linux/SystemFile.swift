internal import Glibc
package import Primitives
package import SystemPackage

/// Small files, mostly of /proc, read and written whole.
package enum SystemFile {
    /// Reads a file, at most so many bytes of it, and only what it gives until a deadline.
    package static func read(
        _ path: String,
        limit: Int = 64 << 20,
        until deadline: MonotonicInstant? = nil,
    ) throws(Errno) -> [UInt8] {
        // Nobody waits for the other end of what turns out to be a pipe.
        let descriptor = try open(path, O_RDONLY | O_NONBLOCK | O_NOCTTY)
        let raw = descriptor.raw
        var content: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 16384)
        while content.count < limit {
            let count = try SystemCall.run { unsafe Glibc.read(raw, &chunk, chunk.count) }
            if count == 0 { break }
            content.append(contentsOf: chunk.prefix(count))
            if let deadline, Clock.now >= deadline { break }
        }
        return content
    }

    /// Writes a file that exists, in one call, as /proc wants it.
    package static func write(_ path: String, _ content: [UInt8]) throws(Errno) {
        let descriptor = try open(path, O_WRONLY)
        let raw = descriptor.raw
        try SystemCall.run { unsafe content.withUnsafeBytes { unsafe Glibc.write(raw, $0.baseAddress, $0.count) } }
    }

    /// The names in a directory, sorted, without the dot entries.
    package static func names(in path: String) throws(Errno) -> [String] {
        guard let directory = unsafe opendir(path) else { throw Errno(rawValue: errno) }
        defer { unsafe closedir(directory) }
        var names: [String] = []
        while let entry = unsafe readdir(directory) {
            let bytes = unsafe withUnsafeBytes(of: entry.pointee.d_name) { unsafe Array($0.prefix { $0 != 0 }) }
            let name = String(decoding: bytes, as: UTF8.self)
            if name != ".", name != ".." { names.append(name) }
        }
        return names.sorted()
    }

    private static func open(_ path: String, _ flags: Int32) throws(Errno) -> FileDescriptor {
        FileDescriptor(consuming: try SystemCall.run { unsafe Glibc.open(path, flags | O_CLOEXEC) })
    }
}
