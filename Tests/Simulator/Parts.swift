package import Primitives

/// What the world is built of: the shipped cores, any of which a test replaces by a faulty one.
package struct Parts {
    /// Makes a director's election.
    package var election: (_ director: Int, _ now: MonotonicInstant) -> any ElectionPart = { _, now in
        ShippedElection(at: now)
    }

    /// The shipped parts.
    package init() {}
}
