internal import DirectorCore
internal import Glibc
internal import Linux
internal import Primitives
internal import SystemPackage
internal import VRRP

/// The tracking thread's loop: it looks at interfaces, files and scripts, and tells what fails.
struct TrackLoop: ~Copyable {
    /// How often it looks.
    private static let interval: Interval = .milliseconds(50)
    /// How often it turns while there is nothing to look at.
    private static let idleInterval: Interval = .milliseconds(500)

    private let thread: TrackThread
    private var reactor: Reactor
    private var subjects: [TrackSettings.Subject]
    private var scripts: [TrackSettings.Script: ScriptRun] = [:]
    private var reported: [TrackSettings.Failure] = []

    private init(_ thread: TrackThread, _ subjects: [TrackSettings.Subject]) throws(Errno) {
        var opened = try Reactor()
        try opened.add(thread.subjects.descriptor, token: 1, interest: .read)
        reactor = opened
        self.thread = thread
        self.subjects = subjects
    }

    /// The body of the thread.
    static func run(_ thread: TrackThread, _ subjects: [TrackSettings.Subject]) {
        do throws(Errno) {
            var loop = try TrackLoop(thread, subjects)
            while true { try loop.turn() }
        } catch {
            thread.failed(error)
        }
    }

    private mutating func turn() throws(Errno) {
        _ = try reactor.wait(until: Clock.now + (subjects.isEmpty ? Self.idleInterval : Self.interval))
        if let newest = thread.subjects.drain().last {
            subjects = newest
            scripts = scripts.filter { script, _ in subjects.contains(.script(script)) }
        }
        let now = Clock.now
        var failures: [TrackSettings.Failure] = []
        for subject in subjects {
            if let evidence = evidence(against: subject, at: now) {
                failures.append(TrackSettings.Failure(subject, evidence))
            }
        }
        guard failures != reported, thread.report(failures) else { return }
        reported = failures
    }

    private mutating func evidence(against subject: TrackSettings.Subject, at now: MonotonicInstant) -> String? {
        switch subject {
        case .interface(let name):
            do throws(Errno) {
                return try Interface.hasCarrier(name) ? nil : "down or without carrier"
            } catch {
                return "\(error)"
            }
        case .file(let path):
            return unsafe access(path, F_OK) == 0 ? "the file exists" : nil
        case .script(let script):
            let run = scripts[script] ?? ScriptRun(script)
            scripts[script] = run
            run.advance(at: now)
            return run.failure
        case .service:
            return nil
        }
    }
}
