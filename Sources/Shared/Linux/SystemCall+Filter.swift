internal import CLinux
internal import Glibc
package import SystemPackage

extension SystemCall {
    /// Attaches a classic BPF program to a socket (`SO_ATTACH_FILTER`, socket(7)); what it refuses is never queued.
    package static func attach(_ filter: [BPFInstruction], to socket: Int32) throws(Errno) {
        var program = filter.map { sock_filter(code: $0.code, jt: $0.jumpTrue, jf: $0.jumpFalse, k: $0.operand) }
        try run {
            unsafe program.withUnsafeMutableBufferPointer { instructions in
                var attached = unsafe sock_fprog(len: UInt16(instructions.count), filter: instructions.baseAddress)
                return unsafe setsockopt(
                    socket,
                    SOL_SOCKET,
                    SO_ATTACH_FILTER,
                    &attached,
                    socklen_t(MemoryLayout<sock_fprog>.size)
                )
            }
        }
    }
}
