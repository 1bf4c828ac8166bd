import Election
import Foundation
import Linux
import Primitives
import Synchronization
import Testing
import VRRP

/// What the tracking thread sees of files, interfaces and scripts, and what a script may do.
@Suite struct TrackThreadTests {
    /// The last report.
    final class Inbox: Sendable {
        private let failures = Mutex<[TrackSettings.Failure]?>(nil)

        var last: [TrackSettings.Failure]? { failures.withLock { $0 } }

        func take(_ report: [TrackSettings.Failure]) -> Bool {
            failures.withLock { $0 = report }
            return true
        }

        func wait(_ isRight: ([TrackSettings.Failure]) -> Bool) -> Bool {
            let end = Clock.now + .seconds(10)
            while Clock.now < end {
                if let last, isRight(last) { return true }
                usleep(10_000)
            }
            return false
        }
    }

    static func script(_ text: String, timeout: Interval = .seconds(5)) -> TrackSettings.Subject {
        var script = TrackSettings.Script(arguments: ["/bin/sh", "-c", text])
        script.interval = .milliseconds(100)
        script.timeout = timeout
        return .script(script)
    }

    @Test func `a file fails while it exists`() throws {
        let path = FileManager.default.temporaryDirectory.appending(path: "track-\(UUID().uuidString)").path
        defer { try? FileManager.default.removeItem(atPath: path) }
        let inbox = Inbox()
        let thread = try TrackThread.start([.file(path)]) { inbox.take($0) }
        defer { thread.post([]) }
        #expect(FileManager.default.createFile(atPath: path, contents: nil))
        #expect(inbox.wait { $0.map(\.subject) == [.file(path)] })
        try FileManager.default.removeItem(atPath: path)
        #expect(inbox.wait(\.isEmpty))
    }

    @Test func `an interface that is not there fails, and one that is up does not`() throws {
        let inbox = Inbox()
        let thread = try TrackThread.start([.interface("lo"), .interface("nonesuch0")]) { inbox.take($0) }
        defer { thread.post([]) }
        #expect(inbox.wait { $0.map(\.subject) == [.interface("nonesuch0")] })
    }

    @Test func `a script fails by its exit status, with its output as evidence`() throws {
        let inbox = Inbox()
        let good = Self.script("exit 0")
        let bad = Self.script("echo no route; exit 3")
        let thread = try TrackThread.start([good, bad]) { inbox.take($0) }
        defer { thread.post([]) }
        #expect(inbox.wait { $0 == [TrackSettings.Failure(bad, "exit status 3: no route")] })
    }

    @Test func `a script that hangs is killed with all that it started, and fails`() throws {
        let inbox = Inbox()
        let mark = "4\(UInt32.random(in: 10_000...99_999))"
        let thread = try TrackThread.start([Self.script("sleep \(mark) & wait", timeout: .milliseconds(200))]) {
            inbox.take($0)
        }
        #expect(inbox.wait { $0.first?.evidence.hasPrefix("it ran longer") == true })
        thread.post([])
        usleep(500_000)
        let running = try FileManager.default.contentsOfDirectory(atPath: "/proc").filter { name in
            let line = try? String(contentsOfFile: "/proc/\(name)/cmdline", encoding: .utf8)
            return line?.contains("sleep\0\(mark)") ?? false
        }
        #expect(running == [])
    }

    @Test func `a program that is not there fails`() throws {
        let inbox = Inbox()
        let missing = TrackSettings.Subject.script(.init(arguments: ["/nonexistent/check"]))
        let thread = try TrackThread.start([missing]) { inbox.take($0) }
        defer { thread.post([]) }
        #expect(inbox.wait { $0.first?.evidence.hasPrefix("it cannot be started") == true })
    }

    @Test func `a script writes as much as it likes and is not held up`() throws {
        let inbox = Inbox()
        let noisy = Self.script("head -c 300000 /dev/zero | tr '\\0' y; exit 4")
        let thread = try TrackThread.start([noisy]) { inbox.take($0) }
        defer { thread.post([]) }
        #expect(inbox.wait { $0.first?.evidence.hasPrefix("exit status 4: yyy") == true })
        #expect((inbox.last?.first?.evidence.utf8.count ?? 0) < 300)
    }
}
