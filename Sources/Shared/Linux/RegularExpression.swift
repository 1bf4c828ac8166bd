internal import CLinux

/// A POSIX extended regular expression (regex(7)) of the C library; `.` and brackets do not match a line's end.
@safe package final class RegularExpression: Sendable {
    // regexec locks what it changes, and nobody else changes it before `deinit`.
    private nonisolated(unsafe) let compiled: UnsafeMutableRawPointer

    /// Compiles an expression; nothing if it is none.
    package init?(_ pattern: String) {
        guard !pattern.utf8.contains(0),
            let compiled = unsafe pattern.withCString({ unsafe tandem_compile_pattern($0) })
        else { return nil }
        unsafe self.compiled = compiled
    }

    deinit { unsafe tandem_free_pattern(compiled) }

    /// Whether something in the bytes matches.
    package func matches(_ bytes: [UInt8]) -> Bool {
        unsafe bytes.withUnsafeBytes { buffer in
            // An empty buffer has no address, and the empty text may match.
            guard let base = buffer.baseAddress else { return unsafe tandem_match_pattern(compiled, "", 0) == 1 }
            return unsafe tandem_match_pattern(compiled, base.assumingMemoryBound(to: CChar.self), buffer.count) == 1
        }
    }
}
