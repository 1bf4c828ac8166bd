package import Primitives

/// Every cause of two owners, or of none, played alone on a calm cluster, each with what it may cost.
package enum SplitBrain: String, CaseIterable, Sendable {
    /// The Active Router's packets do not reach the Backup Router.
    case deafBackup
    /// The Backup Router's packets do not reach the Active Router: nobody notices.
    case deafActive
    /// Nothing passes between the directors on the LAN.
    case cutLan
    /// A reload gave one director another password than the other has.
    case keyMismatch
    /// A packet filter drops VRRP on the Backup Router.
    case filter
    /// The Active Router's machine stands still, and goes on after the other took over.
    case frozenMachine
    /// The Active Router's process is stopped, its kernel answers on; then it goes on.
    case stoppedProcess
    /// The Active Router's thread is late again and again, by less than its peer waits.
    case lateScheduling
    /// The Active Router's clock leaps forward.
    case clockStep
    /// kill -9 of the Active Router's process, back at once.
    case killedAndBack
    /// kill -9 of the Active Router's process, which does not come back: addresses and services stay for a while.
    case killedForGood
    /// The Active Router's machine loses its power.
    case powerLoss
    /// Both directors boot at once and are reloaded while they wait.
    case bootWithReload
    /// Somebody takes the addresses from the Active Router by hand.
    case stolenAddresses
}

extension SplitBrain {
    /// What a scenario came to.
    package struct Result: Sendable {
        /// What must not have happened, if it did.
        package var violation: Violation?
        /// How long two directors had an address at the longest, and how long they may.
        package var shared: Interval
        package var sharedBound: Interval
        /// How long nobody had an address at the longest, and how long nobody may.
        package var ownerless: Interval
        package var ownerlessBound: Interval
        /// The directors' findings and counters that name the cause; empty if nothing does.
        package var names: [String]

        /// Whether all is within its bounds.
        package var isWithinBounds: Bool {
            violation == nil && shared <= sharedBound && ownerless <= ownerlessBound
        }
    }

    /// Whether the status has to name the cause.
    package var hasName: Bool {
        switch self {
        case .deafBackup, .keyMismatch, .filter, .stoppedProcess, .frozenMachine, .clockStep: true
        case .deafActive, .cutLan, .lateScheduling, .killedAndBack, .killedForGood, .powerLoss, .bootWithReload,
            .stolenAddresses:
            false
        }
    }

    /// Plays it with an advertisement interval.
    package func play(seed: UInt64, interval: Interval, parts: Parts = Parts()) -> Result {
        SplitBrainStage(self, seed: seed, interval: interval, parts: parts).play()
    }
}

extension SplitBrain.Result: CustomStringConvertible {
    package var description: String {
        let words = violation.map { "\($0)" } ?? "no violation"
        return "\(words); two owners \(shared) of \(sharedBound), none \(ownerless) of \(ownerlessBound), "
            + "named \(names)"
    }
}
