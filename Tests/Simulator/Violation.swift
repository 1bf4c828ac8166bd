package import Primitives

/// What a checker found wrong.
package struct Violation: Error, Hashable, Sendable {
    /// What kind of promise was broken.
    package enum Kind: Int32, Hashable, Sendable {
        /// Something happened that must never happen.
        case safety = 1
        /// Something did not happen although all was well for long enough.
        case liveness = 2
    }

    /// The kind.
    package var kind: Kind
    /// The checker's rule.
    package var rule: Rule
    /// When, in the world's time.
    package var time: MonotonicInstant
    /// What was seen.
    package var detail: String
}

extension Violation {
    /// The rules, each named after what it demands.
    package enum Rule: String, Hashable, Sendable, CaseIterable {
        case oneHolder, noLostOwner, makeBeforeBreak
        case cadence, silentUnlessActive, resignOnlyAtStop, takeoverNeedsSilence, backupHoldsNothing
        case boundedEffects, deadlinesAreConsumed, everyChangeHasAReason
        case foreignUntouched, noTrafficToBadNode, tableMatchesPlan, drainBeforeDelete, arpSilence
        case knownBadGetsNothing, someoneServes
        case oneActive, rightActive, clientFindsActive, allHealthyServe, addressesOnEveryNode, linksStand
    }
}

extension Violation: CustomStringConvertible {
    package var description: String {
        "\(kind) \(rule.rawValue) at \(Double(time.nanoseconds) / 1e9) s: \(detail)"
    }
}
