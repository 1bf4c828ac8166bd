import CLab
import Glibc
import Primitives
import Synchronization

/// One TCP connection that lasts: a request every 100 ms over it, or a download at a limited rate, long or short.
final class LongConnection: Sendable {
    /// What goes over it.
    enum Kind: Sendable {
        case stream
        /// More than a scenario takes.
        case download
        /// Six seconds.
        case file

        /// What is asked for.
        var path: String { "/\(self)" }

        /// The octets of what is downloaded.
        var size: Int {
            switch self {
            case .stream: 0
            case .download: 4 << 20
            case .file: 96 << 10
            }
        }
    }

    /// What became of it so far.
    struct Report: Sendable {
        /// The web node that serves it, once it has answered.
        var server: String?
        /// When the last whole answer or the last piece of the download came.
        var lastProgress: MonotonicInstant?
        /// The longest time between two of them.
        var longestGap = Interval.zero
        /// Answers, or octets of the download.
        var progress = 0
        /// Why it broke.
        var cause: String?
        /// When it was closed: told to stop, or at the end of its file.
        var endedAt: MonotonicInstant?
    }

    /// How long nothing may come before it counts as broken: the client's TCP would go on for many minutes.
    private static let patience = Interval.seconds(15)
    /// The octet of the download's file at an offset.
    static func octet(at offset: Int) -> UInt8 { UInt8(truncatingIfNeeded: offset % 251) }

    private let state = Mutex(Report())
    private let isStopping = Atomic(false)
    let kind: Kind

    /// Connects from a host and goes on until told to stop.
    init(_ kind: Kind, from host: Host, to target: IPv4Address, port: UInt16 = 80) throws {
        self.kind = kind
        let namespace = host.namespace
        _ = try Thread {
            do {
                try namespace.enter()
                try self.run(target, port)
            } catch {
                self.state.withLock { $0.cause = "\(error)" }
            }
        }
    }

    /// Waits for the first answer.
    func awaitBegin(_ limit: Interval) throws {
        let hasBegun = wait(limit) { report.progress > 0 || report.cause != nil }
        guard hasBegun, report.cause == nil else {
            throw LabError("\(kind) did not begin: \(report.cause ?? "silence")")
        }
    }

    /// What became of it so far.
    var report: Report { state.withLock { $0 } }

    /// Whether it goes on after an instant; waits for that.
    func goesOn(after instant: MonotonicInstant, limit: Interval) -> Bool {
        let isDecided = wait(limit) {
            let report = report
            return report.cause != nil || report.lastProgress.map { $0 > instant } ?? false
        }
        return isDecided && report.cause == nil
    }

    /// Ends it.
    func stop() {
        isStopping.store(true, ordering: .relaxed)
    }

    private func run(_ target: IPv4Address, _ port: UInt16) throws {
        let descriptor = clab_connect(target.rawValue, port)
        guard descriptor >= 0 else { throw LabError(systemError()) }
        defer {
            let time = now()
            close(descriptor)
            state.withLock { $0.endedAt = time }
        }
        guard ready(descriptor, POLLOUT, .seconds(5)), clab_socket_error(descriptor) == 0 else {
            throw LabError("no connection")
        }
        switch kind {
        case .stream: try stream(descriptor)
        case .download, .file: try download(descriptor)
        }
    }

    private func stream(_ descriptor: Int32) throws {
        while !isStopping.load(ordering: .relaxed) {
            let next = now() + .milliseconds(100)
            try ask(descriptor, kind.path)
            var answer: [UInt8] = []
            var body: [UInt8]?
            while body == nil {
                answer += try receive(descriptor)
                body = LongConnection.body(answer)
            }
            let server = String(decoding: body ?? [], as: UTF8.self).split(separator: "\n").first.map { String($0) }
            let before = report.server
            guard let server, before ?? server == server else {
                throw LabError("answered by \(server ?? "nobody") after \(before ?? "nobody")")
            }
            state.withLock { $0.server = server }
            advance(1)
            nap(max(next - now(), .zero))
        }
    }

    private func download(_ descriptor: Int32) throws {
        try ask(descriptor, kind.path)
        var head: [UInt8] = []
        var offset = 0
        while !isStopping.load(ordering: .relaxed), offset < kind.size {
            var piece = try receive(descriptor)
            if offset == 0 {
                head += piece
                guard let end = LongConnection.endOfHead(head) else { continue }
                guard head.starts(with: Array("HTTP/1.1 200".utf8)) else { throw LabError("not a 200") }
                let server = LongConnection.field("x-server:", in: head[..<end])
                state.withLock { $0.server = server }
                piece = Array(head[end...])
            }
            for octet in piece {
                guard octet == LongConnection.octet(at: offset) else { throw LabError("wrong octet at \(offset)") }
                offset += 1
            }
            if !piece.isEmpty { advance(piece.count) }
        }
    }

    private func advance(_ amount: Int) {
        let time = now()
        state.withLock { report in
            if let last = report.lastProgress { report.longestGap = max(report.longestGap, time - last) }
            report.lastProgress = time
            report.progress += amount
        }
    }

    private func ask(_ descriptor: Int32, _ path: String) throws {
        let request = Array("GET \(path) HTTP/1.1\r\nHost: tandem\r\n\r\n".utf8)
        guard send(descriptor, request, request.count, Int32(MSG_NOSIGNAL)) == request.count else {
            throw LabError(systemError())
        }
    }

    private func receive(_ descriptor: Int32) throws -> [UInt8] {
        var buffer = [UInt8](repeating: 0, count: 16_384)
        guard ready(descriptor, POLLIN, LongConnection.patience) else { throw LabError("silence for 15 s") }
        let count = recv(descriptor, &buffer, buffer.count, 0)
        if count > 0 { return Array(buffer[..<count]) }
        if count < 0, errno == EAGAIN || errno == EINTR { return [] }
        throw LabError(count == 0 ? "closed by the other end" : systemError())
    }

    private func ready(_ descriptor: Int32, _ events: Int32, _ limit: Interval) -> Bool {
        var polled = pollfd(fd: descriptor, events: Int16(events), revents: 0)
        return poll(&polled, 1, Int32(limit.milliseconds)) > 0
    }

    private static func endOfHead(_ bytes: [UInt8]) -> Int? {
        let mark = Array("\r\n\r\n".utf8)
        guard bytes.count >= mark.count else { return nil }
        return (0...bytes.count - mark.count).first { bytes[$0..<$0 + mark.count].elementsEqual(mark) }
            .map { $0 + mark.count }
    }

    // The body, once all of it is there.
    private static func body(_ bytes: [UInt8]) -> [UInt8]? {
        guard let end = endOfHead(bytes) else { return nil }
        guard let length = field("content-length:", in: bytes[..<end]).flatMap({ Int($0) }) else { return nil }
        return bytes.count - end >= length ? Array(bytes[end..<end + length]) : nil
    }

    // What a header field says; its name is given in lower case and with its colon.
    private static func field(_ name: String, in head: ArraySlice<UInt8>) -> String? {
        let lines = String(decoding: head, as: UTF8.self).split(whereSeparator: \.isNewline)
        return lines.first { $0.lowercased().hasPrefix(name) }?.split(separator: " ").last.map { String($0) }
    }
}
