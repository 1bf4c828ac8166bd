import CLinux
import Glibc
import Linux
import Primitives

import struct SystemPackage.Errno

/// A TCP port that is bound, so that no connection gets it, and on which nobody listens.
final class PortReservation {
    /// The port.
    let port: UInt16

    private let descriptor: FileDescriptor

    /// Takes a free port of an address.
    init(of address: IPv4Address) throws(Errno) {
        let type = Int32(SOCK_STREAM.rawValue | SOCK_NONBLOCK.rawValue | SOCK_CLOEXEC.rawValue)
        let descriptor = FileDescriptor(consuming: try SystemCall.run { socket(AF_INET, type, 0) })
        if let error = SocketAddress.bind(descriptor.raw, to: Endpoint(address: .v4(address), port: 0)) { throw error }
        port = SocketAddress.port(of: descriptor.raw)
        self.descriptor = descriptor
    }
}
