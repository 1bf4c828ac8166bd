internal import CLinux
internal import Glibc
package import SystemPackage

/// A nonblocking eventfd: any thread raises it, an epoll loop sees it readable.
package struct EventDescriptor: ~Copyable, Sendable {
    private let descriptor: FileDescriptor

    /// Opens an eventfd.
    package init() throws(Errno) {
        descriptor = FileDescriptor(consuming: try SystemCall.run { eventfd(0, Int32(EFD_NONBLOCK | EFD_CLOEXEC)) })
    }

    /// The descriptor's number, to be polled for reading.
    package var raw: Int32 { descriptor.raw }

    /// Makes the descriptor readable; a counter at its limit is readable already.
    package borrowing func raise() {
        unsafe withUnsafeBytes(of: UInt64(1)) { _ = unsafe write(descriptor.raw, $0.baseAddress, 8) }
    }

    /// Makes the descriptor unreadable again; false if it was not readable.
    @discardableResult
    package borrowing func clear() -> Bool {
        var count: UInt64 = 0
        return unsafe withUnsafeMutableBytes(of: &count) { unsafe read(descriptor.raw, $0.baseAddress, 8) } == 8
    }
}
