package import Balancing
package import DirectorCore

/// What a look would find and change.
package struct DryRun: Hashable, Sendable {
    /// The changes of services and destinations.
    package var plan: Plan
    /// The changes of the sync daemons.
    package var sync: ConnectionSync.Plan
    /// The kernel parameters that are not as they should be.
    package var findings: [SystemFinding]
}
