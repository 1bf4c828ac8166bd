import Primitives
import Testing

struct LatencyHistogramTests {
    @Test func `counts each latency in the first bucket that holds it`() {
        var histogram = LatencyHistogram()
        for latency in [Interval.zero, .microseconds(-3), .microseconds(10), .microseconds(11), .seconds(6)] {
            histogram.record(latency)
        }
        #expect(histogram.counts.count == LatencyHistogram.bounds.count + 1)
        #expect(histogram.counts.first == 3)
        #expect(histogram.counts[1] == 1)
        #expect(histogram.counts.last == 1)
        #expect(histogram.count == 5)
        #expect(histogram.longest == .seconds(6))
        #expect(histogram.sum == .seconds(6) + .microseconds(21))
    }

    @Test func `the bounds grow`() {
        #expect(zip(LatencyHistogram.bounds, LatencyHistogram.bounds.dropFirst()).allSatisfy { $0 < $1 })
    }

    @Test func `says under which bound a share stays`() {
        var histogram = LatencyHistogram()
        for _ in 0..<99 { histogram.record(.microseconds(15)) }
        histogram.record(.seconds(60))
        #expect(histogram.bound(permille: 990) == .microseconds(20))
        #expect(histogram.bound(permille: 1000) == nil)
    }
}
