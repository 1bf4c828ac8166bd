import DirectorCore
import Primitives
import Testing

@Suite struct LookPacingTests {
    private let start = MonotonicInstant(nanoseconds: 1_000_000_000)

    @Test func `the first announcement is looked at at once`() {
        #expect(LookPacing().look(afterAnnouncementAt: start) == start)
    }

    @Test(arguments: [(Int64(1), Int64(10)), (5, 20), (40, 160)])
    func `announcements take a fifth of the time at most`(work: Int64, rest: Int64) {
        var pacing = LookPacing()
        let end = start + .milliseconds(work)
        pacing.looked(from: start, to: end)
        #expect(pacing.look(afterAnnouncementAt: end) == end + .milliseconds(rest))
        let later = end + .seconds(1)
        #expect(pacing.look(afterAnnouncementAt: later) == later)
    }
}
