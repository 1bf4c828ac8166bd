/// A unit of systemd that has to be active.
package struct UnitCheck: Hashable, Sendable {
    /// The unit's name with its suffix, such as `nginx.service` (systemd.unit(5)).
    package var unit: String

    /// The ActiveState of a unit that does its work: `UNIT_IS_ACTIVE_OR_RELOADING` in systemd's src/core/unit.h.
    private static let good: Set<String> = ["active", "reloading", "refreshing"]

    /// Makes a check.
    package init(unit: String) {
        self.unit = unit
    }

    /// What the unit's LoadState, ActiveState and SubState mean (org.freedesktop.systemd1(5)).
    package func outcome(load: String, active: String, sub: String) -> LocalRunOutcome {
        let evidence = "\(unit) is \(active) (\(sub))"
        if Self.good.contains(active) { return .passed(evidence) }
        // What is not loaded any more may still stop, or have failed, which says more.
        let isUnknown = load != "loaded" && active == "inactive"
        return .failed(isUnknown ? "\(unit) is not loaded (\(load))" : evidence)
    }
}
