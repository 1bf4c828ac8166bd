/// What became of the wait for a unit's drain.
package struct UnitDrainResult: Hashable, Sendable, Codable {
    /// Whether no director gives the unit's services weight and their connections have ended.
    package var drained: Bool

    /// Makes a result.
    package init(drained: Bool) {
        self.drained = drained
    }
}
