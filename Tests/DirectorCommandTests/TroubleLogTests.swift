import Primitives
import SystemPackage
import Testing

@testable import DirectorCommand
@testable import Election
@testable import Linux

@Suite struct TroubleLogTests {
    static let start = MonotonicInstant(nanoseconds: 1_000_000_000)

    @Test func `names what the election was refused`() {
        var health = ElectionHealth()
        #expect(Trouble.of(health).isEmpty)
        #expect(Trouble.of(LoopThreadNotes()).isEmpty)
        health.sendFailures = 2
        health.lastSendFailure = .networkDown
        health.socketFailures = ["eth0": .notPermitted]
        #expect(Trouble.of(health).map(\.subject) == ["election sends", "election sockets on eth0"])
        let notes = LoopThreadNotes(wantsRealTime: true, realTimeRefusal: .notPermitted)
        #expect(Trouble.of(notes).map(\.subject) == ["election priority"])
    }

    @Test func `writes a trouble at once, its growth seldom, and its end`() {
        let recorded = RecordedLog()
        var log = TroubleLog(logger: recorded.logger())
        #expect(log.isDue(at: Self.start))
        for second in 0..<60 {
            let trouble = Trouble(subject: "election sends", text: "\(second) frame(s) were not sent")
            log.record([trouble], at: Self.start + .seconds(Int64(second)))
        }
        #expect(recorded.take().count == 1)
        log.record([Trouble(subject: "election sends", text: "99")], at: Self.start + .seconds(60))
        #expect(recorded.take().count == 1)
        log.record([], at: Self.start + .seconds(61))
        #expect(recorded.take().first?.hasPrefix("notice") == true)
        log.record([], at: Self.start + .seconds(62))
        #expect(recorded.take().isEmpty)
        #expect(log.deadline == Self.start + .seconds(63))
    }
}
