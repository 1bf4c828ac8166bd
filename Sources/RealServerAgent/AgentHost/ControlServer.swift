internal import Glibc
package import Linux
package import Primitives
internal import SystemPackage

/// The control socket on the agent's own loop: a line in, a line of JSON out, then the connection ends.
package struct ControlServer: ~Copyable {
    private final class Client {
        let descriptor: Linux.FileDescriptor
        var input: [UInt8] = []
        var output: [UInt8] = []
        var isAnswered = false
        let deadline: MonotonicInstant

        init(descriptor: consuming Linux.FileDescriptor, deadline: MonotonicInstant) {
            self.descriptor = descriptor
            self.deadline = deadline
        }
    }

    /// More clients than this wait in the kernel.
    private static let clientLimit = 16
    private static let lineLimit = 256
    /// How long a client may take to ask and to read; one whose release is on its way waits for that.
    private static let patience = Interval.seconds(5)

    /// The token of the listening socket; clients have the following ones.
    package let token: UInt64
    private let path: String
    private let listener: Linux.FileDescriptor
    private var clients: [UInt64: Client] = [:]
    private var waiting: Set<UInt64> = []
    private var nextToken: UInt64
    private var isAccepting = true

    /// Listens on a path, which is taken over from a predecessor that died.
    package init(path: String, token: UInt64, _ reactor: inout Reactor) throws(HostError) {
        guard let address = SocketAddress(path: path) else { throw HostError("control socket: path too long") }
        let opened = try Self.open(path, address, token, &reactor)
        listener = opened
        self.path = path
        self.token = token
        nextToken = token + 1
    }

    private static func open(
        _ path: String,
        _ address: SocketAddress,
        _ token: UInt64,
        _ reactor: inout Reactor,
    ) throws(HostError) -> Linux.FileDescriptor {
        do throws(Errno) {
            let type = Int32(SOCK_STREAM.rawValue) | Int32(SOCK_NONBLOCK.rawValue) | Int32(SOCK_CLOEXEC.rawValue)
            let descriptor = Linux.FileDescriptor(consuming: try SystemCall.run { socket(AF_UNIX, type, 0) })
            let raw = descriptor.raw
            _ = unsafe unlink(path)
            try SystemCall.run { unsafe address.with { unsafe bind(raw, $0, $1) } }
            try SystemCall.run { unsafe chmod(path, 0o660) }
            try SystemCall.run { Glibc.listen(raw, 16) }
            try reactor.add(raw, token: token, interest: .read)
            return descriptor
        } catch {
            throw HostError("control socket \(path): \(error)")
        }
    }

    deinit {
        _ = unsafe unlink(path)
    }

    /// When the earliest client has taken too long.
    package var deadline: MonotonicInstant? {
        clients.filter { !waiting.contains($0.key) }.map(\.value.deadline).min()
    }

    /// Whether a token is the listener's or a client's.
    package func owns(_ token: UInt64) -> Bool { token == self.token || clients[token] != nil }

    /// Takes what is ready and gives what was asked.
    package mutating func ready(
        _ readiness: Readiness,
        at now: MonotonicInstant,
        _ reactor: inout Reactor,
    ) -> (client: UInt64, request: ControlRequest)? {
        if readiness.token == token {
            accept(at: now, &reactor)
            return nil
        }
        guard let client = clients[readiness.token] else { return nil }
        if client.isAnswered || readiness.hasFailed {
            if readiness.hasFailed { drop(readiness.token, &reactor) } else { flush(readiness.token, &reactor) }
            return nil
        }
        return read(readiness.token, client, &reactor).map { (readiness.token, $0) }
    }

    /// Answers a client.
    package mutating func reply(_ client: UInt64, _ text: String, _ reactor: inout Reactor) {
        guard let entry = clients[client], !entry.isAnswered else { return }
        waiting.remove(client)
        entry.output = Array((text + "\n").utf8)
        entry.isAnswered = true
        flush(client, &reactor)
    }

    /// Lets a client wait for the end of a release.
    package mutating func awaitRelease(_ client: UInt64) { waiting.insert(client) }

    /// Answers all that wait for the end of a release.
    package mutating func finishRelease(_ text: String, _ reactor: inout Reactor) {
        for client in waiting.sorted() { reply(client, text, &reactor) }
    }

    /// Ends the connections of clients that took too long.
    package mutating func expire(at now: MonotonicInstant, _ reactor: inout Reactor) {
        for (token, client) in clients where !waiting.contains(token) && client.deadline <= now {
            drop(token, &reactor)
        }
    }

    private mutating func accept(at now: MonotonicInstant, _ reactor: inout Reactor) {
        let raw = listener.raw
        while clients.count < Self.clientLimit {
            guard let accepted = try? SystemCall.runUnlessBlocking({ Glibc.accept(raw, nil, nil) }) else {
                return
            }
            _ = fcntl(accepted, F_SETFL, O_NONBLOCK)
            _ = fcntl(accepted, F_SETFD, FD_CLOEXEC)
            let client = Client(descriptor: .init(consuming: accepted), deadline: now + Self.patience)
            guard (try? reactor.add(accepted, token: nextToken, interest: .read)) != nil else { continue }
            clients[nextToken] = client
            nextToken += 1
        }
        // With no room, the listener must not wake the loop until there is.
        isAccepting = false
        try? reactor.change(raw, token: token, interest: [])
    }

    private mutating func read(_ token: UInt64, _ client: Client, _ reactor: inout Reactor) -> ControlRequest? {
        let raw = client.descriptor.raw
        var chunk = [UInt8](repeating: 0, count: Self.lineLimit)
        do throws(Errno) {
            let count = try SystemCall.runUnlessBlocking { unsafe recv(raw, &chunk, chunk.count, 0) }
            guard let count else { return nil }
            guard count > 0, !waiting.contains(token) else {
                drop(token, &reactor)
                return nil
            }
            client.input += chunk.prefix(count)
        } catch {
            drop(token, &reactor)
            return nil
        }
        guard let end = client.input.firstIndex(of: UInt8(ascii: "\n")), end <= Self.lineLimit else {
            if client.input.count > Self.lineLimit { drop(token, &reactor) }
            return nil
        }
        guard let request = ControlRequest(line: String(decoding: client.input[..<end], as: UTF8.self)) else {
            reply(token, #"{"error":"unknown request"}"#, &reactor)
            return nil
        }
        return request
    }

    private mutating func flush(_ token: UInt64, _ reactor: inout Reactor) {
        guard let client = clients[token] else { return }
        let raw = client.descriptor.raw
        while !client.output.isEmpty {
            let output = client.output
            let flags = Int32(MSG_NOSIGNAL)
            guard
                let sent = try? SystemCall.runUnlessBlocking({
                    unsafe output.withUnsafeBytes { unsafe send(raw, $0.baseAddress, $0.count, flags) }
                })
            else {
                // Either the client is gone, which the next event tells, or it has to read first.
                try? reactor.change(raw, token: token, interest: .write)
                return
            }
            client.output.removeFirst(sent)
        }
        drop(token, &reactor)
    }

    private mutating func drop(_ token: UInt64, _ reactor: inout Reactor) {
        guard let client = clients.removeValue(forKey: token) else { return }
        waiting.remove(token)
        try? reactor.remove(client.descriptor.raw)
        guard !isAccepting else { return }
        isAccepting = true
        try? reactor.change(listener.raw, token: self.token, interest: .read)
    }
}
