/// Whether so few servers are left that the checks are believed less than the servers, with a band in between.
package struct FailOpen: Hashable, Sendable {
    /// When a service fails open.
    package struct Settings: Hashable, Sendable {
        /// Below this share of the weight in percent it fails open.
        package var below: Int
        /// From this share of the weight in percent on it does so no longer.
        package var until: Int

        /// Makes the settings of a service that fails open.
        package init(below: Int, until: Int) {
            precondition((1...100).contains(below) && (below...100).contains(until), "a share is a percentage")
            self.below = below
            self.until = until
        }
    }

    /// Whether the service fails open.
    package private(set) var isOpen = false

    /// Makes the state of a service that does not fail open.
    package init() {}

    /// Takes the weight that serves and the weight that should.
    package mutating func update(serving: UInt64, of total: UInt64, _ settings: Settings?) {
        guard let settings, total > 0 else {
            isOpen = false
            return
        }
        let threshold = isOpen ? settings.until : settings.below
        isOpen = serving * 100 < total * UInt64(threshold)
    }
}
