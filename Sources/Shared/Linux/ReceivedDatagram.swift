package import Primitives

/// A datagram of a raw IP socket, without its IP header.
package struct ReceivedDatagram: Hashable, Sendable {
    /// What follows the IP header.
    package var payload: [UInt8]
    /// The sender's address.
    package var source: IPAddress
    /// The address that it was sent to.
    package var destination: IPAddress
    /// The TTL or hop limit on arrival.
    package var timeToLive: UInt8
    /// The index of the interface that it came in by.
    package var interfaceIndex: Int32
    /// When the kernel had it.
    package var receivedAt: MonotonicInstant
}
