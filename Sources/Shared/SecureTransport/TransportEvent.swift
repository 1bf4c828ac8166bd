package import Primitives

/// What a listener or a dialer tells its owner, in order and on the event loop's thread.
package enum TransportEvent: Hashable, Sendable {
    /// The handshake is finished and the other end's key is pinned.
    ///
    /// A dialer hears this before the other end has judged the dialer's own key (TLS 1.3, RFC 8446 section 2): only the
    /// first bytes that arrive prove that it was accepted.
    case connected(LinkIdentifier, KeyFingerprint, remote: Endpoint)
    /// Bytes arrived.
    case bytes(LinkIdentifier, [UInt8])
    /// The link has ended, or a dialled one never came to be; nothing more is heard of it.
    case closed(LinkIdentifier, LinkClosure)
    /// A connection to the listener was refused; told as far as the owner keeps up, counted always.
    case refused(LinkRefusal, remote: Endpoint?)
}

/// Takes an event, or answers false if there is no room for it now: then reading stops and the event comes again.
package typealias TransportEventSink = @Sendable (TransportEvent) -> Bool
