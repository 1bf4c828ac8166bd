import AgentCore
import AgentHost
import Checks
import Glibc
import Linux
import NIOCore
import NIOPosix
import Primitives
import TestNetwork
import Testing

/// Checks of the node's own services, run on real sockets and processes.
@Suite struct LocalRunTests {
    /// Runs checks until each has its outcome; a run that never ends is a failure.
    static func outcomes(_ runs: [LocalRun]) throws -> [LocalRun: LocalRunOutcome] {
        var reactor = try Reactor()
        let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        defer { try? group.syncShutdownGracefully() }
        var runner = LocalRunner(firstToken: 2, requests: try LocalRequests(on: group.next()))
        try reactor.add(runner.requestDescriptor, token: 1, interest: .read)
        var found: [LocalRun: LocalRunOutcome] = [:]
        for run in runs { found[run] = runner.start(run, at: Clock.now, &reactor) }
        let end = Clock.now + .seconds(10)
        while found.count < runs.count, Clock.now < end {
            for readiness in try reactor.wait(until: min(end, runner.deadline ?? end)) {
                if runner.owns(readiness.token) {
                    if let (run, outcome) = runner.advance(readiness.token, &reactor) { found[run] = outcome }
                } else {
                    for result in runner.takeResults() { found[result.run] = result.outcome }
                }
            }
            // As if this test were never late itself.
            guard let deadline = runner.deadline, deadline <= Clock.now else { continue }
            for (run, outcome) in runner.expire(at: deadline, &reactor) { found[run] = outcome }
        }
        return found
    }

    @Test func `an agent that comes late itself blames no service`() throws {
        var reactor = try Reactor()
        let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        defer { try? group.syncShutdownGracefully() }
        var runner = LocalRunner(firstToken: 2, requests: try LocalRequests(on: group.next()))
        let address = try #require(IPAddress("127.0.0.1"))
        let service = ServiceIdentity(protocol: .tcp, endpoint: Endpoint(address: address, port: 80))
        let check = LocalCheck(.command(CommandCheck(arguments: ["/bin/sleep", "5"])), timeout: .milliseconds(100))
        #expect(runner.start(.check(check, of: service), at: Clock.now, &reactor) == nil)
        let due = runner.deadline
        let deadline = try #require(due)
        let ended = runner.expire(at: deadline + .milliseconds(60), &reactor)
        #expect(ended.map(\.outcome) == [.notRun("the agent came late itself")])
    }

    static func outcome(_ kind: LocalCheck.Kind, port: UInt16 = 80, timeout: Interval = .seconds(2)) throws
        -> LocalRunOutcome
    {
        let address = try #require(IPAddress("127.0.0.1"))
        let service = ServiceIdentity(protocol: .tcp, endpoint: Endpoint(address: address, port: port))
        let run = LocalRun.check(LocalCheck(kind, timeout: timeout), of: service)
        return try #require(try outcomes([run])[run])
    }

    /// A socket that listens on 127.0.0.1, and that no program of another test inherits.
    static func listen(port: UInt16) throws -> Int32 {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
        let size = socklen_t(MemoryLayout<sockaddr_in>.size)
        let result = withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { bind(descriptor, $0, size) }
        }
        try #require(result == 0 && Glibc.listen(descriptor, 8) == 0)
        return descriptor
    }

    /// Reads one request on a new thread and answers with these bytes; nothing leaves the connection open.
    static func answer(_ listener: Int32, _ text: String?) throws {
        try LoopThread.start(name: "web") {
            let connection = accept(listener, nil, nil)
            var request = [UInt8](repeating: 0, count: 4_096)
            _ = recv(connection, &request, request.count, 0)
            guard let text else {
                sleep(3)
                close(connection)
                return
            }
            let bytes = Array(text.utf8)
            _ = send(connection, bytes, bytes.count, Int32(MSG_NOSIGNAL))
            close(connection)
        }
    }

    static let expectingUp: LocalCheck.Kind = {
        var expectation = HTTPExpectation()
        expectation.path = "/health"
        expectation.pattern = .matches("^up")
        return .http(expectation)
    }()

    @Test(
        arguments: [
            (
                "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nup",
                .passed("127.0.0.1:80/health answers 200", answer: [117, 112])
            ),
            (
                "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nu\r\n1\r\np\r\n0\r\n\r\n",
                .passed("127.0.0.1:80/health answers 200", answer: [117, 112])
            ),
            (
                "HTTP/1.0 200 OK\r\n\r\nup and running",
                .passed("127.0.0.1:80/health answers 200", answer: Array("up and running".utf8))
            ),
            (
                "HTTP/1.1 503 No\r\nContent-Length: 2\r\n\r\nup", .failed("127.0.0.1:80/health answers 503")
            ),
            (
                "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\ndown",
                .failed("127.0.0.1:80/health: the 4 bytes of its body are not what was expected")
            ),
            (
                "HTTP/1.1 200 OK\r\nContent-Length: 40\r\n\r\nup",
                .failed("127.0.0.1:80/health: the connection is closed before the answer is complete")
            ),
            ("", .failed("127.0.0.1:80 closes the connection before its answer is complete")),
            (nil, .failed("127.0.0.1:80/health does not answer")),
        ] as [(String?, LocalRunOutcome)]
    )
    func `an HTTP check says what was answered`(text: String?, expected: LocalRunOutcome) throws {
        try NetworkNamespace.run {
            let listener = try Self.listen(port: 80)
            defer { close(listener) }
            try Self.answer(listener, text)
            #expect(try Self.outcome(Self.expectingUp, timeout: .seconds(1)) == expected)
        }
    }

    @Test func `an HTTP check fails where nobody listens, and where no HTTP is spoken`() throws {
        try NetworkNamespace.run {
            guard case .failed(let refusal) = try Self.outcome(Self.expectingUp, port: 81) else {
                Issue.record("nobody listens")
                return
            }
            #expect(refusal.hasPrefix("127.0.0.1:81/health: "))
            let listener = try Self.listen(port: 80)
            defer { close(listener) }
            try Self.answer(listener, "SSH-2.0-OpenSSH\r\n")
            guard case .failed(let other) = try Self.outcome(Self.expectingUp) else {
                Issue.record("that is not HTTP")
                return
            }
            #expect(other.hasPrefix("127.0.0.1:80/health: not HTTP"))
        }
    }

    @Test(
        arguments: [
            ("echo good", .passed("/bin/sh passes", answer: Array("good\n".utf8))),
            ("echo bad; exit 3", .failed("/bin/sh gave exit status 3: bad")),
            ("kill -9 $$", .failed("a signal ended /bin/sh")),
            ("sleep 5", .timedOut),
            // Nobody waits for a full pipe, and no more than the limit is kept.
            (
                "head -c 500000 /dev/zero | tr '\\0' x",
                .passed("/bin/sh passes", answer: Array(repeating: 120, count: CommandCheck.outputLimit))
            ),
            (
                "grep CapEff /proc/self/status",
                .passed("/bin/sh passes", answer: Array("CapEff:\t0000000000000000\n".utf8))
            ),
            ("echo $1 $2", .passed("/bin/sh passes", answer: Array("127.0.0.1 80\n".utf8))),
        ] as [(String, LocalRunOutcome)]
    )
    func `a command check says how the program ended`(script: String, expected: LocalRunOutcome) throws {
        let command = CommandCheck(arguments: ["/bin/sh", "-c", script, "check", "{address}", "{port}"])
        let patience = Interval.milliseconds(script == "sleep 5" ? 300 : 5_000)
        #expect(try Self.outcome(.command(command), timeout: patience) == expected)
    }

    @Test func `a command that is not there was not run, nor are more than may run at once`() throws {
        guard case .notRun(let reason) = try Self.outcome(.command(CommandCheck(arguments: ["/no/check"]))) else {
            Issue.record("it is not there")
            return
        }
        #expect(reason.hasPrefix("/no/check: "))
        let address = try #require(IPAddress("127.0.0.1"))
        let runs = (1...20).map { port in
            LocalRun.check(
                LocalCheck(.command(CommandCheck(arguments: ["/bin/sleep", "1"])), timeout: .seconds(5)),
                of: ServiceIdentity(protocol: .tcp, endpoint: Endpoint(address: address, port: UInt16(port))),
            )
        }
        let refused = try Self.outcomes(runs).values.count { $0 == .busy("16 commands run already") }
        #expect(refused == 4)
    }
}
