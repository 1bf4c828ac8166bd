/// A message that is ready to be sent but for its sequence number.
package struct NetlinkRequest: Hashable, Sendable {
    /// What is tried, for errors.
    package var operation: String
    /// On what, for errors.
    package var subject: String
    /// The whole message, sequence and port 0.
    package var bytes: [UInt8]

    /// Makes a request of a complete message.
    package init(_ message: consuming NetlinkMessage, operation: String, subject: String = "") {
        self.operation = operation
        self.subject = subject
        bytes = message.bytes
    }
}
