import Glibc
import Simulator

/// `simulate --seeds A..<B [--verbose]`: runs worlds until one goes wrong.
///
/// Exit status 0: all is well; 1: something happened that must not; 2: something did not happen that must; 64: usage.
@main
struct Simulate {
    static func main() {
        var seeds: Range<UInt64> = 1..<201
        var isVerbose = false
        var words = CommandLine.arguments.dropFirst()
        while let word = words.popFirst() {
            switch word {
            case "--verbose": isVerbose = true
            case "--seeds":
                guard let text = words.popFirst(), let range = range(text) else { usage() }
                seeds = range
            default: usage()
            }
        }
        let clock = ContinuousClock()
        let start = clock.now
        for seed in seeds {
            let outcome = Outcome.of(seed: seed, onLine: isVerbose ? { print($0) } : nil)
            guard let violation = outcome.violation else { continue }
            print(outcome)
            print(summary(seed - seeds.lowerBound + 1, clock.now - start))
            exit(violation.kind.rawValue)
        }
        print("seeds \(seeds.lowerBound)..<\(seeds.upperBound): no violation")
        print(summary(UInt64(seeds.count), clock.now - start))
    }

    private static func summary(_ count: UInt64, _ time: Duration) -> String {
        let milliseconds = time / .milliseconds(1)
        let each = (milliseconds / Double(count)).rounded()
        return "played \(count) seeds in \((milliseconds / 100).rounded() / 10) s, \(each) ms each"
    }

    private static func range(_ text: String) -> Range<UInt64>? {
        let parts = text.split(separator: "..<").compactMap { UInt64($0) }
        if parts.count == 1, let seed = UInt64(text) { return seed..<seed + 1 }
        guard parts.count == 2, parts[0] < parts[1] else { return nil }
        return parts[0]..<parts[1]
    }

    private static func usage() -> Never {
        print("usage: simulate [--seeds A..<B] [--verbose]")
        exit(64)
    }
}
