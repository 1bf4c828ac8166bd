/// The director's acknowledgement that its kernel has weight 0 for the node in every service.
package struct DrainReply: Hashable, Sendable {
    /// The request that is answered.
    package var identifier: UInt64

    /// Makes a reply.
    package init(identifier: UInt64) {
        self.identifier = identifier
    }
}
