import Primitives
import Testing

@testable import DirectorCommand
@testable import DirectorCore

/// Who waits for news of a drain is answered when there is news, and not before.
@Suite struct DrainWaitsTests {
    private let start = MonotonicInstant(nanoseconds: 1_000_000_000)

    private func answers(
        _ waits: inout DrainWaits<Int>,
        _ state: DestinationState,
        at now: MonotonicInstant,
    ) -> [Int: DrainProgress.State] {
        guard waits.isDue(at: now) else { return [:] }
        let answers = waits.take(DrainProgressTests.status(state, there: nil), at: now)
        return Dictionary(uniqueKeysWithValues: answers.map { ($0.0, $0.1.state) })
    }

    @Test func `nobody who waits asks for no look`() {
        var waits = DrainWaits<Int>()
        #expect(waits.deadline == nil)
        #expect(answers(&waits, .draining, at: start).isEmpty)
    }

    @Test func `who knows nothing is answered at once, who knows everything when it changes`() {
        var waits = DrainWaits<Int>()
        let text = DrainProgressTests.progress(DrainProgressTests.status(.draining, there: nil)).text
        _ = waits.add("web1", service: nil, known: nil, 1, at: start)
        _ = waits.add("web1", service: nil, known: text, 2, at: start)
        #expect(answers(&waits, .draining, at: start) == [1: .draining])
        #expect(waits.deadline == start + .seconds(8))
        let later = start + .seconds(1)
        #expect(answers(&waits, .draining, at: later).isEmpty)
        #expect(answers(&waits, .drained, at: later + .milliseconds(50)) == [2: .drained])
        #expect(waits.deadline == nil)
    }

    @Test func `several events in a row get one look, and the last of them is not forgotten`() {
        var waits = DrainWaits<Int>()
        let text = DrainProgressTests.progress(DrainProgressTests.status(.draining, there: nil)).text
        _ = waits.add("web1", service: nil, known: text, 1, at: start)
        #expect(answers(&waits, .draining, at: start).isEmpty)
        #expect(answers(&waits, .drained, at: start + .milliseconds(10)).isEmpty)
        #expect(waits.deadline == start + .milliseconds(50))
        #expect(answers(&waits, .drained, at: start + .milliseconds(50)) == [1: .drained])
    }

    @Test func `whose time is up is answered without news`() {
        var waits = DrainWaits<Int>()
        let text = DrainProgressTests.progress(DrainProgressTests.status(.draining, there: nil)).text
        _ = waits.add("web1", service: nil, known: text, 1, at: start)
        #expect(answers(&waits, .draining, at: start + .seconds(8)) == [1: .draining])
    }

    @Test func `no more wait than are answered`() {
        var waits = DrainWaits<Int>()
        let accepted = (0...DrainWaits<Int>.limit).count { number in
            waits.add("web1", service: nil, known: nil, number, at: start)
        }
        #expect(accepted == DrainWaits<Int>.limit)
    }
}
