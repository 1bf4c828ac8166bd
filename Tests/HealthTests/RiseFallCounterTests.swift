import Health
import Primitives
import Testing

@Suite struct `Rise and fall` {
    @Test func `takes rise successes or fall failures while nothing is known`() {
        var counter = RiseFallCounter(rise: 2, fall: 3)
        #expect(counter.record(.success) == .unknown)
        #expect(counter.record(.success) == .up)
        var other = RiseFallCounter(rise: 2, fall: 3)
        #expect(other.record(.failure) == .unknown)
        #expect(other.record(.failure) == .unknown)
        #expect(other.record(.failure) == .down)
    }

    @Test func `counts only results in a row`() {
        var counter = RiseFallCounter(rise: 2, fall: 3)
        for result: RiseFallCounter.Result in [.success, .success, .failure, .failure, .success, .failure, .failure] {
            _ = counter.record(result)
        }
        #expect(counter.state == .up)
        #expect(counter.record(.failure) == .down)
        #expect(counter.record(.success) == .down)
        #expect(counter.record(.failure) == .down)
        #expect(counter.record(.success) == .down)
        #expect(counter.record(.success) == .up)
    }

    @Test func `forgets failures that something else caused, unless they were believed`() {
        var counter = RiseFallCounter(rise: 1, fall: 2)
        #expect(counter.record(.success) == .up)
        #expect(counter.record(.failure) == .up)
        counter.forgetFailures()
        #expect(counter.failures == 0)
        #expect(counter.record(.failure) == .up)
        #expect(counter.record(.failure) == .down)
        counter.forgetFailures()
        #expect(counter.failures == 2)
    }

    @Test func `believes nothing when probes cannot run, and neither up nor down before that`() {
        var counter = RiseFallCounter(rise: 1, fall: 2)
        #expect(counter.record(.success) == .up)
        #expect(counter.record(.obstacle) == .up)
        #expect(counter.record(.obstacle) == .unknown)
        #expect(counter.record(.failure) == .unknown)
        #expect(counter.record(.obstacle) == .unknown)
        #expect(counter.record(.failure) == .down)
    }
}
