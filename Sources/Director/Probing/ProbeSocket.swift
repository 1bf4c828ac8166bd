import CLinux
import Glibc
import Linux
import Primitives

import struct SystemPackage.Errno

/// A nonblocking TCP socket at an address of the director's own, for one connection after the other.
final class ProbeSocket {
    /// Closed by RST, because `SO_LINGER` is on with 0 seconds (socket(7)).
    let descriptor: FileDescriptor
    /// Where its connections come from.
    let source: IPAddress
    /// Whether the reactor knows the descriptor.
    var isWatched = false

    /// `struct linger`: on, with 0 seconds.
    private static let reset: [UInt8] = [1, 0, 0, 0, 0, 0, 0, 0]

    private init(_ descriptor: consuming FileDescriptor, _ source: IPAddress) {
        self.descriptor = descriptor
        self.source = source
    }

    /// How opening ended.
    enum Opening {
        case open(ProbeSocket)
        case failed(evidence: String)
    }

    /// Opens a socket and binds it to an own address.
    static func open(from source: IPAddress) -> Opening {
        let socket: ProbeSocket
        do throws(Errno) {
            let type = Int32(SOCK_STREAM.rawValue | SOCK_NONBLOCK.rawValue | SOCK_CLOEXEC.rawValue)
            let family = Int32(source.family.rawValue)
            let opened = FileDescriptor(consuming: try SystemCall.run { Glibc.socket(family, type, 0) })
            socket = ProbeSocket(opened, source)
            try SystemCall.setOption(socket.raw, SOL_SOCKET, SO_LINGER, bytes: reset)
            // The port is chosen by connect, so that one port serves for many targets.
            try SystemCall.setOption(socket.raw, Int32(IPPROTO_IP), IP_BIND_ADDRESS_NO_PORT, 1)
        } catch {
            return .failed(evidence: "socket: \(error)")
        }
        if let error = SocketAddress.bind(socket.raw, to: Endpoint(address: source, port: 0)) {
            return .failed(evidence: "bind to \(source): \(error)")
        }
        return .open(socket)
    }

    /// The descriptor's number.
    var raw: Int32 { descriptor.raw }
}
