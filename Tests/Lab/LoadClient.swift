import CLab
import Glibc
import Primitives
import Synchronization

/// Sends requests all the time from a host, each over a new connection, and records how each ended.
final class LoadClient: Sendable {
    private struct Flight {
        var descriptor: Int32
        var startedAt: MonotonicInstant
        var isSent = false
        var answer: [UInt8] = []
    }

    private let requests = Mutex<[Request]>([])
    private let isStopping = Atomic(false)
    private let hasEnded = Atomic(false)
    private let target: IPv4Address
    private let port: UInt16
    private let interval: Interval
    private let timeout: Interval

    /// Starts sending, one request each interval.
    init(
        from host: Host,
        to target: IPv4Address,
        port: UInt16 = 80,
        every interval: Interval,
        timeout: Interval = .seconds(2),
    ) throws {
        self.target = target
        self.port = port
        self.interval = interval
        self.timeout = timeout
        let namespace = host.namespace
        _ = try Thread {
            defer { self.hasEnded.store(true, ordering: .releasing) }
            do {
                try namespace.enter()
                self.run()
            } catch {
                let at = now()
                self.record(Request(startedAt: at, endedAt: at, outcome: .lost(cause: "\(error)")))
            }
        }
    }

    /// Sends no more; requests in flight still end.
    func stop() {
        isStopping.store(true, ordering: .relaxed)
    }

    /// Sends no more, waits for the requests in flight, and gives them all.
    func awaitEnd() -> [Request] {
        stop()
        _ = wait(timeout + .seconds(1)) { hasEnded.load(ordering: .acquiring) }
        return ended(since: MonotonicInstant(nanoseconds: 0))
    }

    /// The requests that began since an instant and have ended.
    func ended(since: MonotonicInstant) -> [Request] {
        requests.withLock { $0.filter { $0.startedAt >= since } }
    }

    /// One request, sent and awaited from the calling thread's namespace.
    static func single(_ target: IPv4Address, port: UInt16 = 80, timeout: Interval = .seconds(2))
        -> Request
    {
        let started = now()
        var flight = Flight(descriptor: clab_connect(target.rawValue, port), startedAt: started)
        guard flight.descriptor >= 0 else {
            return Request(startedAt: started, endedAt: now(), outcome: .lost(cause: systemError()))
        }
        defer { close(flight.descriptor) }
        while true {
            var ready = pollfd(
                fd: flight.descriptor,
                events: Int16(flight.isSent ? POLLIN : POLLOUT),
                revents: 0
            )
            let left = (started + timeout - now()).milliseconds
            let outcome = poll(&ready, 1, Int32(max(left, 0))) > 0 ? advance(&flight) : timedOut(flight)
            if let outcome { return Request(startedAt: started, endedAt: now(), outcome: outcome) }
        }
    }

    private func record(_ request: Request) {
        requests.withLock { $0.append(request) }
    }

    private func run() {
        var flights: [Flight] = []
        var next = now()
        while true {
            let time = now()
            let stopping = isStopping.load(ordering: .relaxed)
            if stopping, flights.isEmpty { return }
            if !stopping, time >= next {
                // A client that was held up does not make up for it with a burst.
                next = max(next + interval, time)
                let descriptor = clab_connect(target.rawValue, port)
                if descriptor >= 0 {
                    flights.append(Flight(descriptor: descriptor, startedAt: time))
                } else {
                    record(Request(startedAt: time, endedAt: now(), outcome: .lost(cause: systemError())))
                }
            }
            var polled = flights.map {
                pollfd(fd: $0.descriptor, events: Int16($0.isSent ? POLLIN : POLLOUT), revents: 0)
            }
            let wait =
                stopping ? Interval.milliseconds(20) : min(max(next - now(), .zero), .milliseconds(20))
            poll(&polled, nfds_t(polled.count), Int32(wait.milliseconds + 1))
            var kept: [Flight] = []
            for (index, var flight) in flights.enumerated() {
                var outcome: Request.Outcome?
                if polled[index].revents != 0 { outcome = LoadClient.advance(&flight) }
                if outcome == nil, now() >= flight.startedAt + timeout {
                    outcome = LoadClient.timedOut(flight)
                }
                if let outcome {
                    close(flight.descriptor)
                    record(Request(startedAt: flight.startedAt, endedAt: now(), outcome: outcome))
                } else {
                    kept.append(flight)
                }
            }
            flights = kept
        }
    }

    private static func timedOut(_ flight: Flight) -> Request.Outcome {
        .lost(cause: flight.isSent ? "no answer in time" : "no connection in time")
    }

    private static func advance(_ flight: inout Flight) -> Request.Outcome? {
        if !flight.isSent {
            let failure = clab_socket_error(flight.descriptor)
            guard failure == 0 else { return .lost(cause: systemError(failure)) }
            let request = Array("GET / HTTP/1.0\r\n\r\n".utf8)
            guard send(flight.descriptor, request, request.count, Int32(MSG_NOSIGNAL)) == request.count
            else {
                return .lost(cause: systemError())
            }
            flight.isSent = true
            return nil
        }
        var buffer = [UInt8](repeating: 0, count: 2048)
        let count = recv(flight.descriptor, &buffer, buffer.count, 0)
        if count > 0 {
            flight.answer.append(contentsOf: buffer[..<count])
            return nil
        }
        if count < 0 { return errno == EAGAIN || errno == EINTR ? nil : .lost(cause: systemError()) }
        let text = String(decoding: flight.answer, as: UTF8.self)
        guard text.hasPrefix("HTTP/1.1 200"), let last = text.split(whereSeparator: \.isNewline).last
        else {
            return .lost(cause: flight.answer.isEmpty ? "closed without an answer" : "not a 200")
        }
        return .answered(by: String(last))
    }
}
