package import Primitives

/// A link-layer frame from a packet socket.
package struct ReceivedFrame: Hashable, Sendable {
    /// The frame from its Ethernet header on.
    package var bytes: [UInt8]
    /// When the kernel had it.
    package var receivedAt: MonotonicInstant
    /// Whether this machine sent it (`PACKET_OUTGOING`).
    package var isOutgoing: Bool
}
