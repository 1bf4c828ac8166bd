package import Primitives

/// A fact with the time since when its verdict stands, as the reader of a link keeps it.
package struct RecordedFact: Hashable, Sendable {
    /// The fact as last reported.
    package var fact: Fact
    /// When the verdict became what it is, as this end saw it.
    package var since: MonotonicInstant

    /// Makes a record.
    package init(fact: Fact, since: MonotonicInstant) {
        self.fact = fact
        self.since = since
    }
}
