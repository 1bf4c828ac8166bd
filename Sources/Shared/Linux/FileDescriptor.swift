internal import Glibc
package import SystemPackage

/// An open file descriptor with one owner, closed when the owner lets go of it.
@safe package struct FileDescriptor: ~Copyable, Sendable {
    /// The descriptor's number.
    package let raw: Int32

    /// Takes over an open descriptor.
    package init(consuming raw: Int32) {
        precondition(raw >= 0, "not a descriptor")
        self.raw = raw
    }

    /// Closes the descriptor and says what the kernel thought of it.
    package consuming func close() throws(Errno) {
        let number = raw
        discard self
        // Linux has closed it even if it says EINTR, so the call is never repeated.
        if Glibc.close(number) == -1 {
            let code = errno
            precondition(code != EBADF, "a descriptor was closed twice")
            if code != EINTR { throw Errno(rawValue: code) }
        }
    }

    deinit {
        precondition(Glibc.close(raw) == 0 || errno != EBADF, "a descriptor was closed twice")
    }
}
