import Health
import Primitives
import Testing

extension RiseFallCounter {
    /// Takes the result of a run that began long after the one before.
    fileprivate mutating func next(_ result: Result) -> Verdict.State {
        record(result, begun: MonotonicInstant(nanoseconds: 1), spacing: .zero)
    }
}

@Suite struct `Rise and fall` {
    @Test func `wants runs that began far enough apart, however many there are`() {
        func state(after starts: [Int64], _ result: RiseFallCounter.Result, _ counter: RiseFallCounter) -> Verdict.State
        {
            var counter = counter
            for start in starts {
                let begun = MonotonicInstant(nanoseconds: start * 1_000_000)
                _ = counter.record(result, begun: begun, spacing: .milliseconds(200))
            }
            return counter.state
        }
        var up = RiseFallCounter(rise: 2, fall: 3)
        (_, _) = (up.next(.success), up.next(.success))
        #expect(state(after: [0, 50, 100, 150, 200, 250, 300, 350], .failure, up) == .up)
        #expect(state(after: [0, 50, 100, 150, 200, 250, 300, 350, 400], .failure, up) == .down)
        #expect(state(after: [0, 400], .failure, up) == .up, "two are not three")
        #expect(state(after: [50, 400, 0], .failure, up) == .up, "what is judged is the newest run")
        #expect(state(after: [50, 0, 400], .failure, up) == .down, "answers come in any order")
        var down = RiseFallCounter(rise: 2, fall: 1)
        _ = down.next(.failure)
        #expect(state(after: [0, 50, 100, 150], .success, down) == .down)
        #expect(state(after: [0, 50, 100, 150, 200], .success, down) == .up)
        up.forgetFailures()
        #expect(state(after: [0, 100], .failure, up) == .up)
        #expect(state(after: [0, 50, 100, 150, 200], .obstacle, up) == .up, "one stall under which five runs were")
        #expect(state(after: [0, 200, 400], .obstacle, up) == .unknown)
    }

    @Test func `takes rise successes or fall failures while nothing is known`() {
        var counter = RiseFallCounter(rise: 2, fall: 3)
        #expect(counter.next(.success) == .unknown)
        #expect(counter.next(.success) == .up)
        var other = RiseFallCounter(rise: 2, fall: 3)
        #expect(other.next(.failure) == .unknown)
        #expect(other.next(.failure) == .unknown)
        #expect(other.next(.failure) == .down)
    }

    @Test func `counts only results in a row`() {
        var counter = RiseFallCounter(rise: 2, fall: 3)
        for result: RiseFallCounter.Result in [.success, .success, .failure, .failure, .success, .failure, .failure] {
            _ = counter.next(result)
        }
        #expect(counter.state == .up)
        #expect(counter.next(.failure) == .down)
        #expect(counter.next(.success) == .down)
        #expect(counter.next(.failure) == .down)
        #expect(counter.next(.success) == .down)
        #expect(counter.next(.success) == .up)
    }

    @Test func `forgets failures that something else caused, unless they were believed`() {
        var counter = RiseFallCounter(rise: 1, fall: 2)
        #expect(counter.next(.success) == .up)
        #expect(counter.next(.failure) == .up)
        counter.forgetFailures()
        #expect(counter.failures == 0)
        #expect(counter.next(.failure) == .up)
        #expect(counter.next(.failure) == .down)
        counter.forgetFailures()
        #expect(counter.failures == 2)
    }

    @Test func `believes nothing when probes cannot run, and neither up nor down before that`() {
        var counter = RiseFallCounter(rise: 1, fall: 2)
        #expect(counter.next(.success) == .up)
        #expect(counter.next(.obstacle) == .up)
        #expect(counter.next(.obstacle) == .unknown)
        #expect(counter.next(.failure) == .unknown)
        #expect(counter.next(.obstacle) == .unknown)
        #expect(counter.next(.failure) == .down)
    }
}
