package import SystemPackage

/// What goes wrong on a control socket.
package enum ControlError: Error, Hashable, Sendable {
    /// The path is longer than a socket's may be (unix(7), 107 bytes).
    case pathTooLong(String)
    /// Another process answers on the socket.
    case inUse(path: String)
    /// Nobody listens on the socket.
    case nobodyListens(path: String)
    /// The kernel refused an operation on the socket.
    case failed(operation: String, path: String, Errno)
    /// There was no answer in time.
    case noAnswer(path: String)
    /// The answer is not one that this program knows.
    case malformedAnswer(String)
    /// The request was refused.
    case refused(String)
}

extension ControlError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .pathTooLong(let path): "\(path) is too long for a socket"
        case .inUse(let path): "another process answers on \(path) already"
        case .nobodyListens(let path): "nobody listens on \(path): is the service running?"
        case .failed(let operation, let path, let errno): "cannot \(operation) \(path): \(errno)"
        case .noAnswer(let path): "no answer on \(path) in time"
        case .malformedAnswer(let text): "the answer is not understood: \(text)"
        case .refused(let text): text
        }
    }
}
