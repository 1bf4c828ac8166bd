package import Health
internal import Primitives

/// A probe's part of the status.
package struct ProbeStatus: Hashable, Sendable, Codable {
    /// What is probed how.
    package var target: String
    /// What is believed.
    package var state: Verdict.State
    /// Why.
    package var reason: Reason
    /// What was seen.
    package var evidence: String
    /// How long it has been so.
    package var age: Int64
    /// When the last run ended.
    package var lastRunAge: Int64?
    /// How long the last answer took, in microseconds.
    package var roundTripMicroseconds: Int64?
    /// How long its parts took, where it has parts.
    package var phases: Phases?
    /// How many runs ended.
    package var runs: UInt64
    /// How many of them failed.
    package var failures: UInt64
    /// How many of them could not run.
    package var obstacles: UInt64

    /// The parts of a run, each from the run's start.
    package struct Phases: Hashable, Sendable, Codable {
        /// Until the TCP connection stood.
        package var connectedMicroseconds: Int64?
        /// Until the TLS handshake was finished.
        package var securedMicroseconds: Int64?
        /// Until the first byte of the answer.
        package var answeredMicroseconds: Int64?
        /// How many whole days the certificate is valid still.
        package var certificateDaysLeft: Int?

        init(_ phases: ProbePhases) {
            connectedMicroseconds = phases.connected.map { $0.nanoseconds / 1_000 }
            securedMicroseconds = phases.secured.map { $0.nanoseconds / 1_000 }
            answeredMicroseconds = phases.answered.map { $0.nanoseconds / 1_000 }
            certificateDaysLeft = phases.certificateDaysLeft
        }
    }
}
