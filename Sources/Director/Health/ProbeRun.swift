/// Names one run of a probe within the life of a prober.
package struct ProbeRun: Hashable, Sendable {
    /// The number, which rises with every run.
    package var rawValue: UInt64

    /// Makes the name of a run.
    package init(rawValue: UInt64) {
        self.rawValue = rawValue
    }
}
