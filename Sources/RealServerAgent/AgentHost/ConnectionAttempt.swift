internal import AgentCore
internal import Glibc
internal import Linux
internal import Primitives
internal import SystemPackage

/// A TCP connection from the node to one of its own services.
final class ConnectionAttempt: LocalAttempt {
    private let descriptor: Linux.FileDescriptor

    /// How a connect began.
    enum Start {
        /// It is under way.
        case pending(ConnectionAttempt)
        /// It is over already.
        case done(LocalRunOutcome)
    }

    var descriptors: [(raw: Int32, interest: Interest)] { [(descriptor.raw, .write)] }

    private init(_ descriptor: consuming Linux.FileDescriptor) {
        self.descriptor = descriptor
    }

    /// Begins to connect, without ever waiting.
    static func start(_ endpoint: Endpoint) -> Start {
        let address = SocketAddress(endpoint)
        do throws(Errno) {
            let type = Int32(SOCK_STREAM.rawValue) | Int32(SOCK_NONBLOCK.rawValue) | Int32(SOCK_CLOEXEC.rawValue)
            let descriptor = Linux.FileDescriptor(consuming: try SystemCall.run { socket(address.family, type, 0) })
            let raw = descriptor.raw
            do throws(Errno) {
                try SystemCall.run { unsafe address.with { unsafe connect(raw, $0, $1) } }
                return .done(.connected)
            } catch {
                guard error == .nowInProgress else { return .done(.failed("connect: \(error)")) }
            }
            return .pending(ConnectionAttempt(descriptor))
        } catch {
            return .done(.notRun("\(error)"))
        }
    }

    func advance() -> LocalRunOutcome? {
        var code: Int32 = 0
        var size = socklen_t(MemoryLayout<Int32>.size)
        let result = unsafe getsockopt(descriptor.raw, SOL_SOCKET, SO_ERROR, &code, &size)
        let failure = result == 0 ? code : errno
        return failure == 0 ? .connected : .failed("connect: \(Errno(rawValue: failure))")
    }
}
