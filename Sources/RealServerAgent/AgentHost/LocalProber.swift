package import AgentCore
internal import Glibc
package import Linux
package import Primitives
internal import SystemPackage

/// Connects from the node to its own services, without ever waiting.
package struct LocalProber: ~Copyable {
    private final class Attempt {
        let service: ServiceIdentity
        let descriptor: Linux.FileDescriptor
        let deadline: MonotonicInstant

        init(service: ServiceIdentity, descriptor: consuming Linux.FileDescriptor, deadline: MonotonicInstant) {
            self.service = service
            self.descriptor = descriptor
            self.deadline = deadline
        }
    }

    /// How long a connection may take; on the node itself it is there at once or not at all.
    private static let timeout = Interval.milliseconds(500)

    private let firstToken: UInt64
    private var nextToken: UInt64
    private var attempts: [UInt64: Attempt] = [:]

    /// Makes a prober that uses tokens from here on.
    package init(firstToken: UInt64) {
        self.firstToken = firstToken
        nextToken = firstToken
    }

    /// When the earliest attempt runs out.
    package var deadline: MonotonicInstant? { attempts.values.map(\.deadline).min() }

    /// Whether a token belongs to an attempt, present or past.
    package func owns(_ token: UInt64) -> Bool { token >= firstToken }

    /// Begins an attempt; gives the outcome if it is known at once.
    package mutating func start(
        _ service: ServiceIdentity,
        at now: MonotonicInstant,
        _ reactor: inout Reactor,
    ) -> LocalProbeOutcome? {
        guard !attempts.values.contains(where: { $0.service == service }) else { return nil }
        let address = SocketAddress(service.endpoint)
        do throws(Errno) {
            let type = Int32(SOCK_STREAM.rawValue) | Int32(SOCK_NONBLOCK.rawValue) | Int32(SOCK_CLOEXEC.rawValue)
            let descriptor = Linux.FileDescriptor(
                consuming: try SystemCall.run { socket(address.family, type, 0) }
            )
            let raw = descriptor.raw
            do throws(Errno) {
                try SystemCall.run { unsafe address.with { unsafe connect(raw, $0, $1) } }
                return .connected
            } catch {
                guard error == .nowInProgress else { return .failed("connect: \(error)") }
            }
            let token = nextToken
            try reactor.add(raw, token: token, interest: .write)
            nextToken += 1
            attempts[token] = Attempt(service: service, descriptor: descriptor, deadline: now + Self.timeout)
            return nil
        } catch {
            return .notRun("\(error)")
        }
    }

    /// Finishes the attempt whose descriptor is ready.
    package mutating func finish(
        _ token: UInt64,
        _ reactor: inout Reactor,
    ) -> (ServiceIdentity, LocalProbeOutcome)? {
        guard let attempt = attempts.removeValue(forKey: token) else { return nil }
        let raw = attempt.descriptor.raw
        // Closing removes it from the set as well; an error here would only say that it is gone already.
        try? reactor.remove(raw)
        var code: Int32 = 0
        var size = socklen_t(MemoryLayout<Int32>.size)
        let result = unsafe getsockopt(raw, SOL_SOCKET, SO_ERROR, &code, &size)
        let failure = result == 0 ? code : errno
        return (attempt.service, failure == 0 ? .connected : .failed("connect: \(Errno(rawValue: failure))"))
    }

    /// Ends the attempts that took too long.
    package mutating func expire(at now: MonotonicInstant, _ reactor: inout Reactor) -> [ServiceIdentity] {
        let late = attempts.filter { $0.value.deadline <= now }.keys.sorted()
        var services: [ServiceIdentity] = []
        for token in late {
            guard let attempt = attempts.removeValue(forKey: token) else { continue }
            try? reactor.remove(attempt.descriptor.raw)
            services.append(attempt.service)
        }
        return services
    }
}
