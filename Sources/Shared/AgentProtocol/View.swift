package import Primitives

/// What a director does with the node, for the node's own status.
package struct View: Hashable, Sendable {
    /// One service's part.
    package struct Entry: Hashable, Sendable {
        /// The service.
        package let service: ServiceIdentity
        /// The weight that the node has there.
        package let weight: UInt32
        /// Why it has that weight.
        package let reason: String

        /// Makes an entry; the reason is shortened to what may travel.
        package init(service: ServiceIdentity, weight: UInt32, reason: String) {
            self.service = service
            self.weight = weight
            self.reason = Limits.printable(reason, bytes: Limits.evidence)
        }
    }

    /// The services, sorted.
    package let entries: [Entry]

    /// Makes a view.
    package init(entries: [Entry]) {
        precondition(entries.count <= Limits.services)
        self.entries = entries.sorted { $0.service < $1.service }
    }
}
