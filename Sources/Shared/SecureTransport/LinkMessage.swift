/// Bytes that are to be sent on a link.
package struct LinkMessage: Hashable, Sendable {
    /// The link.
    package let link: LinkIdentifier
    /// What is sent.
    package let bytes: [UInt8]

    /// Makes a message.
    package init(_ link: LinkIdentifier, _ bytes: [UInt8]) {
        self.link = link
        self.bytes = bytes
    }
}
