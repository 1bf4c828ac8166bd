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
    init(of address: IPAddress) throws(Errno) {
        let type = Int32(SOCK_STREAM.rawValue | SOCK_NONBLOCK.rawValue | SOCK_CLOEXEC.rawValue)
        let family = Int32(address.family.rawValue)
        let descriptor = FileDescriptor(consuming: try SystemCall.run { socket(family, type, 0) })
        if let error = SocketAddress.bind(descriptor.raw, to: Endpoint(address: address, port: 0)) { throw error }
        port = SocketAddress.port(of: descriptor.raw)
        self.descriptor = descriptor
    }
}
