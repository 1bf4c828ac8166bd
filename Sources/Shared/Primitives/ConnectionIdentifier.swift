/// Names one connection within the life of a process; never used twice.
package struct ConnectionIdentifier: Hashable, Comparable, Sendable {
    /// The number.
    package var rawValue: UInt64

    /// Makes an identifier of its number.
    package init(rawValue: UInt64) {
        self.rawValue = rawValue
    }

    package static func < (left: ConnectionIdentifier, right: ConnectionIdentifier) -> Bool {
        left.rawValue < right.rawValue
    }
}

extension ConnectionIdentifier: CustomStringConvertible {
    package var description: String { "\(rawValue)" }
}
