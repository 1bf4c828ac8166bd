import Glibc
import NIOCore
import NIOPosix
import Primitives
import Synchronization
import SystemPackage
import Testing

@testable import ControlSocket

private let loops = MultiThreadedEventLoopGroup(numberOfThreads: 1)

@Suite(.timeLimit(.minutes(1))) struct ControlSocketTests {
    private struct Request: Codable, Hashable, Sendable {
        var word: String
    }

    private let path = "/tmp/tandem-control-test-\(getpid())-\(UInt64.random(in: 0...UInt64.max))"

    /// A server that gives words back in capitals, and refuses the word `no`.
    private func makeServer(limits: ControlLimits = ControlLimits()) -> ControlServer {
        ControlServer(path: path, limits: limits, eventLoop: loops.next()) { request, reply in
            do {
                let request = try ControlJSON.decode(Request.self, from: request)
                if request.word == "no" {
                    reply.fail("that is no word")
                } else {
                    reply.succeed(request.word.uppercased())
                }
            } catch {
                reply.fail("not understood: \(error)")
            }
        }
    }

    /// Sends bytes and gives what comes back until the server closes, or until a line feed.
    private func exchange(_ bytes: [UInt8]) throws -> String {
        let socket = try UnixSocket(path: path)
        try socket.connect(timeout: .seconds(20))
        try socket.send(bytes)
        return String(decoding: try socket.receiveLine(), as: UTF8.self)
    }

    @Test func `a request is answered and a refusal says why`() throws {
        let server = makeServer()
        try server.start()
        defer { server.stop() }
        let client = ControlClient(path: path)
        #expect(try client.ask(Request(word: "hello"), for: String.self) == "HELLO")
        #expect(throws: ControlError.refused("that is no word")) {
            try client.ask(Request(word: "no"), for: String.self)
        }
        #expect(try exchange(Array("{}\n".utf8)) == #"{"error":"not understood: no \"word\" is given"}"#)
    }

    @Test func `a client may ask again on the same connection and may ask ahead`() throws {
        let server = makeServer()
        try server.start()
        defer { server.stop() }
        let socket = try UnixSocket(path: path)
        try socket.connect(timeout: .seconds(20))
        try socket.send(
            Array(#"{"word":"a"}"#.utf8) + [10] + Array(#"{"word":"b"}"#.utf8) + [10] + Array(#"{"wo"#.utf8)
        )
        var answers = String(decoding: try socket.receiveLine(), as: UTF8.self)
        if !answers.contains("\n") { answers += "\n" + String(decoding: try socket.receiveLine(), as: UTF8.self) }
        #expect(answers == "{\"result\":\"A\"}\n{\"result\":\"B\"}")
        try socket.send(Array("rd\":\"c\"}\n".utf8))
        #expect(try socket.receiveLine() == Array(#"{"result":"C"}"#.utf8))
    }

    @Test func `a large answer arrives whole`() throws {
        let server = makeServer()
        try server.start()
        defer { server.stop() }
        let word = String(repeating: "abc", count: 20_000)
        #expect(try ControlClient(path: path).ask(Request(word: word), for: String.self) == word.uppercased())
    }

    @Test(arguments: [true, false])
    func `a request that is too long is refused`(isTerminated: Bool) throws {
        let server = makeServer()
        try server.start()
        defer { server.stop() }
        let bytes = [UInt8](repeating: UInt8(ascii: "a"), count: 65_536) + [isTerminated ? 10 : 97]
        #expect(try exchange(bytes) == #"{"error":"the request exceeds 65536 bytes"}"#)
    }

    @Test func `a hundred clients at once are served or turned away, and then all is as before`() throws {
        let server = makeServer()
        try server.start()
        defer { server.stop() }
        var (served, turnedAway) = (0, 0)
        do {
            var sockets: [Box] = []
            for _ in 0..<100 { sockets.append(try Box(path: path)) }
            for socket in sockets {
                if socket.ask(#"{"word":"x"}"#) == #"{"result":"X"}"# { served += 1 } else { turnedAway += 1 }
            }
        }
        #expect(served == ControlLimits().clients)
        #expect(turnedAway == 100 - ControlLimits().clients)
        // The server hears of the closed ones in its own time.
        var answer: String?
        while answer == nil { answer = try? ControlClient(path: path).ask(Request(word: "y"), for: String.self) }
        #expect(answer == "Y")
    }

    /// A socket that can be kept in an array.
    private final class Box {
        private let socket: UnixSocket

        init(path: String) throws {
            socket = try UnixSocket(path: path)
            try socket.connect(timeout: .seconds(20))
        }

        func ask(_ line: String) -> String? {
            do {
                try socket.send(Array((line + "\n").utf8))
                return String(decoding: try socket.receiveLine(), as: UTF8.self)
            } catch {
                return nil
            }
        }
    }

    @Test func `a client that asks ahead without end is turned away`() throws {
        let kept = Mutex<[ControlReply]>([])
        let server = ControlServer(path: path, limits: ControlLimits(), eventLoop: loops.next()) { _, reply in
            kept.withLock { $0.append(reply) }
        }
        try server.start()
        defer { server.stop() }
        let socket = try UnixSocket(path: path)
        try socket.connect(timeout: .seconds(20))
        try socket.send(Array("{}\n".utf8))
        var sent = 0
        do {
            while sent < 256 {
                try socket.send([UInt8](repeating: UInt8(ascii: "a"), count: 65_536))
                sent += 1
            }
        } catch {}
        #expect(sent < 64, "16 MiB were taken")
        #expect(kept.withLock(\.count) == 1)
    }

    @Test func `a client that reads no answers is asked for no more requests`() throws {
        let asked = Atomic(0)
        let answer = String(repeating: "a", count: 60_000)
        let server = ControlServer(path: path, limits: ControlLimits(), eventLoop: loops.next()) { _, reply in
            asked.add(1, ordering: .relaxed)
            reply.succeed(answer)
        }
        try server.start()
        defer { server.stop() }
        let socket = try UnixSocket(path: path)
        try socket.connect(timeout: .seconds(20))
        try socket.send((0..<4_000).flatMap { _ in Array("{}\n".utf8) })
        // Whoever asks meanwhile is served, and what the first one has asked was taken up by then.
        for _ in 0..<20 { #expect(try ControlClient(path: path).ask(Request(word: "x"), for: String.self) == answer) }
        #expect(asked.load(ordering: .relaxed) < 20 + 64)
    }

    @Test func `a client that says nothing is closed`() throws {
        var limits = ControlLimits()
        limits.idleTimeout = .milliseconds(100)
        let server = makeServer(limits: limits)
        try server.start()
        defer { server.stop() }
        #expect(throws: ControlError.noAnswer(path: path)) { try exchange([]) }
    }

    @Test func `a program that does not answer is reported, and its late answer goes nowhere`() throws {
        var limits = ControlLimits()
        limits.answerTimeout = .milliseconds(100)
        let late = Mutex<ControlReply?>(nil)
        let server = ControlServer(path: path, limits: limits, eventLoop: loops.next()) { _, reply in
            late.withLock { $0 = reply }
        }
        try server.start()
        defer { server.stop() }
        #expect(throws: ControlError.refused("the program did not answer in time")) {
            try ControlClient(path: path).ask(Request(word: "hello"), for: String.self)
        }
        late.withLock { $0?.succeed("HELLO") }
    }

    @Test func `the socket has mode 0660 and its file goes when the server stops`() throws {
        let server = makeServer()
        try server.start()
        var status = stat()
        #expect(lstat(path, &status) == 0)
        #expect(status.st_mode & 0o777 == 0o660)
        server.stop()
        try loops.next().submit {}.wait()
        #expect(lstat(path, &status) != 0)
    }

    @Test func `a stale socket is replaced, one in use and any other file are not`() throws {
        let abandoned = makeServer()
        var socket = try UnixSocket(path: path)
        try socket.bindReplacingStale()
        close(socket.release())
        #expect(throws: ControlError.nobodyListens(path: path)) {
            try ControlClient(path: path).ask(Request(word: "a"), for: String.self)
        }
        try abandoned.start()
        defer { abandoned.stop() }
        #expect(throws: ControlError.inUse(path: path)) { try makeServer().start() }

        let file = path + ".file"
        close(open(file, O_WRONLY | O_CREAT | O_EXCL, 0o600))
        defer { unlink(file) }
        let server = ControlServer(path: file, eventLoop: loops.next()) { _, _ in }
        #expect(throws: ControlError.failed(operation: "replace", path: file, .connectionRefused)) {
            try server.start()
        }
        #expect(access(file, F_OK) == 0)
    }

    @Test func `nobody there is said plainly`() {
        #expect(throws: ControlError.nobodyListens(path: path)) {
            try ControlClient(path: path).ask(Request(word: "a"), for: String.self)
        }
        let long = "/" + String(repeating: "a", count: 120)
        #expect(throws: ControlError.pathTooLong(long)) {
            try ControlClient(path: long).ask(Request(word: "a"), for: String.self)
        }
    }
}
