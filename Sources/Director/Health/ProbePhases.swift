package import Primitives

/// How long the parts of a run took, each from the run's start.
package struct ProbePhases: Hashable, Sendable {
    /// Until the TCP connection stood.
    package var connected: Interval?
    /// Until the TLS handshake was finished.
    package var secured: Interval?
    /// Until the first byte of the answer.
    package var answered: Interval?
    /// How many whole days the certificate is valid still.
    package var certificateDaysLeft: Int?

    /// Makes phases of which none was reached.
    package init() {}
}
