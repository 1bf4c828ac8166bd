internal import Glibc
package import SystemPackage

/// The one place where system calls are retried and their failures become errors.
package enum SystemCall {
    /// Runs a call until no signal interrupts it; -1 throws errno, except that a bad descriptor is a bug and traps.
    @discardableResult
    package static func run<Result: SignedInteger>(_ call: () -> Result) throws(Errno) -> Result {
        while true {
            let result = call()
            guard result == -1 else { return result }
            let code = errno
            precondition(code != EBADF, "a descriptor was used that is not open")
            guard code == EINTR else { throw Errno(rawValue: code) }
        }
    }

    /// Runs a nonblocking call; nothing if it would block.
    package static func runUnlessBlocking<Result: SignedInteger>(_ call: () -> Result) throws(Errno) -> Result? {
        do {
            return try run(call)
        } catch .wouldBlock {
            return nil
        } catch {
            throw error
        }
    }

    /// Sets an integer socket option.
    package static func setOption(_ descriptor: Int32, _ level: Int32, _ name: Int32, _ value: Int32) throws(Errno) {
        try run { unsafe withUnsafeBytes(of: value) { unsafe setsockopt(descriptor, level, name, $0.baseAddress, 4) } }
    }

    /// Sets a socket option of raw bytes.
    package static func setOption(_ descriptor: Int32, _ level: Int32, _ name: Int32, bytes: [UInt8]) throws(Errno) {
        try run {
            unsafe bytes.withUnsafeBytes {
                unsafe setsockopt(descriptor, level, name, $0.baseAddress, socklen_t($0.count))
            }
        }
    }
}
