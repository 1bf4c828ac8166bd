/// Names one link of a listener or a dialer for the life of the process.
package struct LinkIdentifier: Hashable, Comparable, Sendable {
    /// The number: given by the listener, or chosen by who dials.
    package let rawValue: UInt64

    /// Makes an identifier of its number.
    package init(rawValue: UInt64) {
        self.rawValue = rawValue
    }

    package static func < (left: LinkIdentifier, right: LinkIdentifier) -> Bool { left.rawValue < right.rawValue }
}

extension LinkIdentifier: CustomStringConvertible {
    package var description: String { "#\(rawValue)" }
}
