package import Primitives

/// The bounds of everything that the other ends of links can make grow.
package struct LinkLimits: Hashable, Sendable {
    /// Connections in all, of whatever state.
    package var connections = 64
    /// Connections whose handshake is not finished.
    package var handshakes = 32
    /// Connections from one remote address whose handshake is not finished.
    package var handshakesPerAddress = 16
    /// Links with one key; a newer one closes the oldest.
    package var linksPerKey = 4
    /// How long connecting may take.
    package var connectTimeout: Interval = .seconds(1)
    /// How long the handshake may take.
    package var handshakeTimeout: Interval = .seconds(5)
    /// Bytes that one read takes from the socket.
    package var readSize = 16_384
    /// Bytes waiting to be sent on one link; more closes it.
    package var writeBuffer = 262_144
    /// Bytes of commands that wait for the event loop; what does not fit is not sent.
    package var commandBytes = 4_194_304
    /// How long sent bytes may stay unacknowledged before the kernel ends the connection (tcp(7), TCP_USER_TIMEOUT).
    package var unacknowledged: Interval = .seconds(10)

    /// Makes the default limits.
    package init() {}
}
