/// What a loop wants to know of a descriptor.
package struct Interest: OptionSet, Hashable, Sendable {
    package let rawValue: UInt8

    package init(rawValue: UInt8) {
        self.rawValue = rawValue
    }

    /// Readable (`EPOLLIN`).
    package static let read = Interest(rawValue: 1)
    /// Writable (`EPOLLOUT`).
    package static let write = Interest(rawValue: 2)
    /// Told once, and then nothing before the next change of interest (`EPOLLONESHOT`).
    package static let once = Interest(rawValue: 4)
}
