internal import Glibc
internal import Linux
package import Primitives
internal import SystemPackage

/// The other end of the control socket, for the commands.
package enum ControlClient {
    /// The longest answer, which nothing that the agent says comes near.
    private static let answerLimit = 1 << 20

    /// Asks the running agent and waits for its answer.
    package static func ask(_ request: ControlRequest, path: String, timeout: Interval) throws(HostError) -> String {
        guard let address = SocketAddress(path: path) else { throw HostError("control socket: path too long") }
        do throws(Errno) {
            let type = Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue)
            let descriptor = Linux.FileDescriptor(consuming: try SystemCall.run { socket(AF_UNIX, type, 0) })
            let raw = descriptor.raw
            let limit = timeval(tv_sec: Int(max(1, timeout.nanoseconds / 1_000_000_000)), tv_usec: 0)
            let bytes = unsafe withUnsafeBytes(of: limit) { unsafe Array($0) }
            try SystemCall.setOption(raw, SOL_SOCKET, SO_RCVTIMEO, bytes: bytes)
            try SystemCall.setOption(raw, SOL_SOCKET, SO_SNDTIMEO, bytes: bytes)
            try SystemCall.run { unsafe address.with { unsafe connect(raw, $0, $1) } }
            let line = Array((request.line + "\n").utf8)
            let flags = Int32(MSG_NOSIGNAL)
            try SystemCall.run { unsafe line.withUnsafeBytes { unsafe send(raw, $0.baseAddress, $0.count, flags) } }
            var answer: [UInt8] = []
            var chunk = [UInt8](repeating: 0, count: 16_384)
            while answer.count < answerLimit {
                let count = try SystemCall.run { unsafe recv(raw, &chunk, chunk.count, 0) }
                guard count > 0 else { break }
                answer += chunk.prefix(count)
            }
            while answer.last == UInt8(ascii: "\n") { answer.removeLast() }
            return String(decoding: answer, as: UTF8.self)
        } catch {
            throw HostError("\(path): \(error)")
        }
    }
}
