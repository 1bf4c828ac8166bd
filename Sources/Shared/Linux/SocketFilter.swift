internal import CLinux
internal import Glibc
package import SystemPackage

/// Classic BPF programs on sockets (`SO_ATTACH_FILTER`).
package enum SocketFilter {
    /// Attaches a program, which decides on what the socket receives from now on.
    package static func attach(_ instructions: [BPFInstruction], to raw: Int32) throws(Errno) {
        var program = instructions.map {
            sock_filter(code: $0.code, jt: $0.jumpTrue, jf: $0.jumpFalse, k: $0.operand)
        }
        try SystemCall.run {
            unsafe program.withUnsafeMutableBufferPointer { instructions in
                var attached = unsafe sock_fprog(
                    len: UInt16(instructions.count),
                    filter: instructions.baseAddress
                )
                return unsafe setsockopt(
                    raw,
                    SOL_SOCKET,
                    SO_ATTACH_FILTER,
                    &attached,
                    socklen_t(MemoryLayout<sock_fprog>.size)
                )
            }
        }
    }
}
