package import AgentCore
internal import Glibc
package import Linux
internal import Primitives
package import SystemPackage

/// Answers HAProxy's agent checks: one line to everybody who connects, whatever they send.
///
/// At most ``limit`` connections are open; the oldest makes room for one more.
package struct AgentCheckServer: ~Copyable {
    private static let limit = 32

    private let listener: Linux.FileDescriptor
    private let token: UInt64
    /// The connections that were answered, kept until their other end has read the answer.
    private var answered: [FileDescriptorBox] = []

    private final class FileDescriptorBox {
        let descriptor: Linux.FileDescriptor

        init(_ descriptor: consuming Linux.FileDescriptor) {
            self.descriptor = descriptor
        }
    }

    /// Listens.
    package init(_ settings: AgentCheckSettings, token: UInt64, _ reactor: inout Reactor) throws(Errno) {
        let address = SocketAddress(settings.endpoint)
        let type = Int32(SOCK_STREAM.rawValue) | Int32(SOCK_NONBLOCK.rawValue) | Int32(SOCK_CLOEXEC.rawValue)
        let opened = Linux.FileDescriptor(consuming: try SystemCall.run { socket(address.family, type, 0) })
        let raw = opened.raw
        try SystemCall.setOption(raw, SOL_SOCKET, SO_REUSEADDR, 1)
        // The address may come later than the agent.
        try SystemCall.setOption(raw, Int32(IPPROTO_IP), IP_FREEBIND, 1)
        try SystemCall.run { unsafe address.with { unsafe bind(raw, $0, $1) } }
        try SystemCall.run { listen(raw, 64) }
        try reactor.add(raw, token: token, interest: .read)
        listener = opened
        self.token = token
    }

    /// Answers everybody who waits.
    package mutating func answer(_ line: String) {
        let bytes = Array(line.utf8)
        for _ in 0..<Self.limit {
            let raw = listener.raw
            let accepted = accept(raw, nil, nil)
            guard accepted >= 0 else { return }
            let connection = FileDescriptorBox(Linux.FileDescriptor(consuming: accepted))
            _ = unsafe bytes.withUnsafeBytes { unsafe send(accepted, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
            // Closing now, with a request unread, would reset the connection and take the answer back.
            shutdown(accepted, Int32(SHUT_WR))
            if answered.count >= Self.limit { answered.removeFirst() }
            answered.append(connection)
        }
    }

    /// Closes the connections whose other end has closed them.
    package mutating func collect() {
        answered.removeAll { connection in
            var byte: [UInt8] = [0, 0, 0, 0, 0, 0, 0, 0]
            let raw = connection.descriptor.raw
            let count = unsafe byte.withUnsafeMutableBytes {
                unsafe recv(raw, $0.baseAddress, $0.count, Int32(MSG_DONTWAIT))
            }
            return count == 0 || (count < 0 && errno != EAGAIN)
        }
    }
}
