import Primitives
import Simulator
import Testing

/// Each cause of two owners, or of none, costs what it may cost and heals without an operator.
@Suite("Split brain")
struct SplitBrainTests {
    @Test(arguments: SplitBrain.allCases)
    func `stays within its bounds and is healed and named`(_ scenario: SplitBrain) {
        for interval in [Interval.milliseconds(10), .milliseconds(100), .seconds(1)] {
            for seed in 1...3 as ClosedRange<UInt64> {
                let result = scenario.play(seed: seed, interval: interval)
                #expect(result.isWithinBounds, "\(scenario), \(interval), seed \(seed): \(result)")
                if scenario.hasName { #expect(!result.names.isEmpty, "\(scenario) has no name in the status") }
            }
        }
    }
}
