internal import Netlink

/// Something that the agent's host refused.
package struct HostError: Error, Hashable, Sendable, CustomStringConvertible {
    /// What was tried and why it failed.
    package let description: String

    /// Makes an error.
    package init(_ description: String) {
        self.description = description
    }

    /// Runs what may fail in netlink's words.
    static func wrapping<Value: ~Copyable>(
        _ body: () throws(NetlinkError) -> Value
    ) throws(HostError) -> Value {
        do {
            return try body()
        } catch {
            throw HostError("\(error)")
        }
    }
}
