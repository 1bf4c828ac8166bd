package import Health

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
    /// How many runs ended.
    package var runs: UInt64
    /// How many of them failed.
    package var failures: UInt64
    /// How many of them could not run.
    package var obstacles: UInt64
}
