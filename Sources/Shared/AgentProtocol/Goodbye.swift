/// The last message of an end that closes the link on purpose.
package struct Goodbye: Hashable, Sendable {
    /// Why a link is closed on purpose.
    package enum Reason: UInt8, Hashable, Sendable, CaseIterable {
        /// Something that this version does not know.
        case other = 0
        /// The program stops, everything it set stays.
        case stopping = 1
        /// The node gave up its virtual addresses.
        case released = 2
        /// The same peer came with a new connection.
        case superseded = 3
        /// The peer is no longer configured.
        case dismissed = 4
    }

    /// Why.
    package var reason: Reason

    /// Makes a goodbye.
    package init(reason: Reason) {
        self.reason = reason
    }
}

extension Goodbye.Reason: CustomStringConvertible {
    package var description: String {
        switch self {
        case .other: "other"
        case .stopping: "stopping"
        case .released: "released"
        case .superseded: "superseded"
        case .dismissed: "dismissed"
        }
    }
}
