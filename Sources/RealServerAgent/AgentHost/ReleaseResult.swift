/// What became of a release.
package struct ReleaseResult: Hashable, Sendable, Codable {
    /// Whether everything that the agent had added is gone.
    package var released: Bool

    /// Makes a result.
    package init(released: Bool) {
        self.released = released
    }
}
