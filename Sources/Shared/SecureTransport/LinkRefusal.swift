/// Why a connection never became a link; the raw value is what log, status and metrics say.
package enum LinkRefusal: String, Hashable, Sendable, CaseIterable {
    /// It came in at an address on which the listener must not answer.
    case virtualAddress = "connected to a virtual address"
    /// The listener holds as many connections as it may.
    case tooManyConnections = "too many connections"
    /// As many connections as may be are still in their handshake.
    case tooManyHandshakes = "too many unfinished handshakes"
    /// The same, from one remote address.
    case tooManyHandshakesFromAddress = "too many unfinished handshakes from this address"
    /// The owner of the listener does not take its events.
    case ownerOverloaded = "the program is too busy"
    /// The handshake took longer than it may.
    case handshakeTimedOut = "the handshake was not finished in time"
    /// The other end went away during the handshake.
    case abandoned = "closed before the handshake was finished"
    /// What arrived is no TLS at all.
    case notTLS = "not TLS"
    /// The other end speaks no TLS 1.3.
    case oldProtocol = "no TLS 1.3"
    /// The other end has shown no certificate.
    case noCertificate = "no certificate shown"
    /// The other end has shown a key that is not pinned.
    case unknownKey = "its key is not configured here"
    /// The other end refused our key, or TLS with us altogether.
    case rejectedByPeer = "refused by the other end: is our key configured there?"
    /// The handshake failed in any other way.
    case handshakeFailed = "the handshake failed"
}

extension LinkRefusal: CustomStringConvertible {
    package var description: String { rawValue }
}
