/// The last message of an end that closes the link on purpose.
package struct PeerGoodbye: Hashable, Sendable {
    /// Why a link is closed on purpose.
    package enum Reason: UInt8, Hashable, Sendable, CaseIterable {
        /// Something that this version does not know.
        case other = 0
        /// The director stops.
        case stopping = 1
        /// The director is about to be started again, and keeps its addresses.
        case restarting = 2
        /// The same peer came with a new connection.
        case superseded = 3
        /// The peer is configured otherwise from now on.
        case dismissed = 4
    }

    /// Why.
    package var reason: Reason

    /// Makes a goodbye.
    package init(reason: Reason) {
        self.reason = reason
    }
}

extension PeerGoodbye.Reason: CustomStringConvertible {
    package var description: String {
        switch self {
        case .other: "other"
        case .stopping: "stopping"
        case .restarting: "restarting"
        case .superseded: "superseded"
        case .dismissed: "dismissed"
        }
    }
}
