import Primitives

/// What became of one seed's world.
package struct Outcome {
    /// The seed.
    package let seed: UInt64
    /// The first thing found wrong.
    package let violation: Violation?
    /// The hash of everything that happened.
    package let hash: UInt64
    /// How much happened.
    package let events: Int
    /// The last lines of the trace.
    package let lines: [String]

    /// Runs a seed's world to its end.
    package static func of(
        seed: UInt64,
        parts: Parts = Parts(),
        isDeep: Bool = false,
        onLine: ((String) -> Void)? = nil,
    ) -> Outcome {
        let world = Simulation(seed: seed, parts: parts, trace: Trace(isDeep: isDeep, onLine: onLine))
        let violation = world.run()
        return Outcome(
            seed: seed,
            violation: violation,
            hash: world.trace.hash,
            events: world.trace.count,
            lines: violation == nil ? [] : world.trace.lines
        )
    }
}

extension Outcome: CustomStringConvertible {
    package var description: String {
        let verdict = violation.map { "\($0)" } ?? "no violation"
        return
            (lines + ["seed \(seed): \(verdict)", "again: swift run simulate --seeds \(seed)..<\(seed + 1) --verbose"])
            .joined(separator: "\n")
    }
}
