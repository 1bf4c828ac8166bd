package import DirectorCore
package import NIOCore
internal import PeerProtocol
package import Primitives
package import SecureTransport
internal import Synchronization
internal import SystemPackage

/// Executes what the peer core wants of the link to the other director, and tells it what becomes of it.
///
/// A connection that the core closed itself is not heard of again.
package final class PeerLink: Sendable {
    private struct State {
        var listener: LinkListener?
        var wanted: (endpoint: Endpoint, key: KeyFingerprint)?
        var failure: TransportError?
        /// How many listeners there were: each numbers its links from 1.
        var generation: UInt64 = 0
        var virtualAddresses: Set<IPAddress> = []
    }

    private static let generationShift: UInt64 = 40

    /// What a session may have to say at once, opinions of many real servers first of all, has to fit.
    package static var limits: LinkLimits {
        var limits = LinkLimits()
        limits.writeBuffer = 2 * PeerLimits.output
        return limits
    }

    private let identity: IdentityKey
    private let limits: LinkLimits
    private let eventLoop: any EventLoop
    private let events: @Sendable (PeerEvent) -> Bool
    private let dialer: LinkDialer
    private let state = Mutex(State())

    /// Makes a link that shows the director's key; it neither listens nor dials yet.
    ///
    /// The sink answers false if it has no room for the event, which then comes again.
    package init(
        identity: IdentityKey,
        limits: LinkLimits = PeerLink.limits,
        eventLoop: any EventLoop,
        events: @escaping @Sendable (PeerEvent) -> Bool,
    ) throws(TransportError) {
        self.identity = identity
        self.limits = limits
        self.eventLoop = eventLoop
        self.events = events
        dialer = try LinkDialer(identity: identity, limits: limits, eventLoop: eventLoop) { event in
            guard let event = Self.peerEvent(event, { .dialled($0.rawValue) }) else { return true }
            return events(event)
        }
    }

    /// This director's own key.
    package var fingerprint: KeyFingerprint { identity.fingerprint }

    private static func peerEvent(
        _ event: TransportEvent,
        _ name: (LinkIdentifier) -> PeerConnection,
    ) -> PeerEvent? {
        switch event {
        case .connected(let link, _, remote: _): .connected(name(link))
        case .bytes(let link, let bytes): .bytes(name(link), bytes)
        case .closed(_, .closedByOwner): nil
        case .closed(let link, let closure): .closed(name(link), reason: "\(closure)")
        // Whoever was turned away is no link; the statistics count it.
        case .refused: nil
        }
    }

    /// Listens on an endpoint for one key, in place of whatever was listened for before.
    ///
    /// What cannot be opened is tried again by `retry`.
    package func listen(on endpoint: Endpoint, expecting key: KeyFingerprint) {
        stopListening()
        state.withLock { $0.wanted = (endpoint, key) }
        retry()
    }

    /// Opens the listening socket that could not be opened before.
    package func retry() {
        let attempt = state.withLock { state -> (Endpoint, KeyFingerprint, UInt64, Set<IPAddress>)? in
            guard state.listener == nil, let wanted = state.wanted else { return nil }
            state.generation += 1
            return (wanted.endpoint, wanted.key, state.generation, state.virtualAddresses)
        }
        guard let (endpoint, key, generation, addresses) = attempt else { return }
        let events = events
        let high = generation << Self.generationShift
        do throws(TransportError) {
            let listener = try LinkListener(identity: identity, pins: [key], limits: limits, eventLoop: eventLoop) {
                guard let event = Self.peerEvent($0, { .accepted(high | $0.rawValue) }) else { return true }
                return events(event)
            }
            listener.replaceRefusedLocalAddresses(addresses)
            try listener.listen(on: endpoint)
            state.withLock { state in
                state.listener = listener
                state.failure = nil
            }
        } catch {
            state.withLock { $0.failure = error }
        }
    }

    /// Why nobody can be accepted, if that is so.
    package var failure: TransportError? { state.withLock { $0.failure } }

    /// Names the virtual addresses, at which no connection is accepted.
    package func replaceVirtualAddresses(_ addresses: Set<IPAddress>) {
        let listener = state.withLock { state in
            state.virtualAddresses = addresses
            return state.listener
        }
        listener?.replaceRefusedLocalAddresses(addresses)
    }

    /// Accepts nobody any more.
    package func stopListening() {
        let listener = state.withLock { state in
            (state.wanted, state.failure) = (nil, nil)
            return state.listener.take()
        }
        listener?.stop()
    }

    /// Connects to a director whose key must have the fingerprint.
    package func dial(_ connection: PeerConnection, to endpoint: Endpoint, expecting key: KeyFingerprint) {
        guard case .dialled(let number) = connection else { preconditionFailure("\(connection) was not dialled") }
        dialer.dial(LinkIdentifier(rawValue: number), to: endpoint, expecting: key)
    }

    /// Sends bytes to the other director; if they are dropped, the link ends and the core hears of it.
    package func send(_ connection: PeerConnection, _ bytes: [UInt8]) {
        switch connection {
        case .dialled(let number): dialer.send(LinkIdentifier(rawValue: number), bytes)
        case .accepted(let number): listener(of: number)?.send(Self.link(number), bytes)
        }
    }

    /// Closes a connection, or gives up its dial.
    package func close(_ connection: PeerConnection) {
        switch connection {
        case .dialled(let number): dialer.close(LinkIdentifier(rawValue: number))
        case .accepted(let number): listener(of: number)?.close(Self.link(number))
        }
    }

    /// Closes all of it.
    package func stop() {
        stopListening()
        dialer.stop()
    }

    private static func link(_ number: UInt64) -> LinkIdentifier {
        LinkIdentifier(rawValue: number & (1 << generationShift - 1))
    }

    /// The present listener, if it is the one that gave the number.
    private func listener(of number: UInt64) -> LinkListener? {
        state.withLock { $0.generation == number >> Self.generationShift ? $0.listener : nil }
    }
}
