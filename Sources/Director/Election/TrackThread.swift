internal import DirectorCore
internal import Linux
internal import Synchronization
package import SystemPackage
package import VRRP

/// The thread that looks at what virtual routers track, so that no slow file or script delays an advertisement.
package final class TrackThread: Sendable {
    /// Bound 4; every list is whole, so the oldest may go.
    let subjects: Mailbox<[TrackSettings.Subject]>
    let report: @Sendable ([TrackSettings.Failure]) -> Bool
    private let failure = Mutex<Errno?>(nil)

    private init(_ report: @escaping @Sendable ([TrackSettings.Failure]) -> Bool) throws(Errno) {
        subjects = try Mailbox(capacity: 4, whenFull: .dropOldest)
        self.report = report
    }

    /// Starts looking; a report that finds no room is made again.
    package static func start(
        _ subjects: [TrackSettings.Subject],
        report: @escaping @Sendable ([TrackSettings.Failure]) -> Bool,
    ) throws(Errno) -> TrackThread {
        let thread = try TrackThread(report)
        try LoopThread.start(name: "tracking") { TrackLoop.run(thread, subjects) }
        return thread
    }

    /// Why the thread has ended, if it has.
    package var ended: Errno? { failure.withLock { $0 } }

    /// Looks at other subjects from now on.
    package func post(_ newSubjects: [TrackSettings.Subject]) {
        subjects.post(newSubjects)
    }

    func failed(_ error: Errno) {
        failure.withLock { $0 = error }
    }
}
