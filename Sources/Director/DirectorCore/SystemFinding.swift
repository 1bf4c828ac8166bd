/// A kernel parameter of the director that was not as direct routing needs it.
package struct SystemFinding: Hashable, Sendable {
    /// What came of it.
    package enum Outcome: String, Hashable, Sendable {
        /// It was written, and read back right.
        case repaired
        /// It could not be written.
        case refused
        /// It was not to be written.
        case reported
        /// It is to be written, and this was a dry run.
        case planned
        /// It does not exist on this kernel, or not yet.
        case absent
    }

    /// The parameter: `net/ipv4/conf/all/send_redirects`, or `eth0 large-receive-offload`.
    package var name: String
    /// What it should be.
    package var expected: String
    /// What it was found to be.
    package var found: String
    /// What came of it.
    package var outcome: Outcome
    /// Whether the director works without it.
    package var isAdvisory: Bool

    /// Makes a finding.
    package init(name: String, expected: String, found: String, outcome: Outcome, isAdvisory: Bool = false) {
        self.name = name
        self.expected = expected
        self.found = found
        self.outcome = outcome
        self.isAdvisory = isAdvisory
    }
}
