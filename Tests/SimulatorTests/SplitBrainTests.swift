import Primitives
import Simulator
import Testing

/// Each cause of two owners, or of none, costs what it may cost and heals without an operator.
@Suite("Split brain")
struct SplitBrainTests {
    @Test(arguments: SplitBrain.allCases)
    func `stays within its bounds and is healed and named`(_ scenario: SplitBrain) {
        let worlds: [(seed: UInt64, interval: Interval)] = [
            (1, .milliseconds(10)), (2, .milliseconds(100)), (3, .seconds(1)),
        ]
        for (seed, interval) in worlds {
            let result = scenario.play(seed: seed, interval: interval)
            #expect(result.isWithinBounds, "\(scenario), \(interval), seed \(seed): \(result)")
            if scenario.hasName { #expect(!result.names.isEmpty, "\(scenario) has no name in the status") }
        }
    }
}
