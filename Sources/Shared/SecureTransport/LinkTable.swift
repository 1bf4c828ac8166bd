internal import NIOCore
internal import NIOSSL
internal import Primitives

/// The connections of one listener or dialer, confined to its event loop.
final class LinkTable {
    /// One connection.
    struct Entry {
        let channel: any Channel
        let handler: LinkHandler
        /// Where the other end is.
        let remote: Endpoint
        /// The other end's key, once the handshake is finished.
        var fingerprint: KeyFingerprint?
    }

    /// Which end of the connections this is.
    enum Role {
        case listener
        case dialer
    }

    let limits: LinkLimits
    private let role: Role
    private let outbox: EventOutbox
    private let statistics: SharedLinkStatistics
    private var entries: [LinkIdentifier: Entry] = [:]
    private var dials: Set<LinkIdentifier> = []

    /// Connections that are not closed altogether yet, those included of which nobody hears any more.
    private(set) var channels = 0

    init(
        role: Role,
        limits: LinkLimits,
        eventLoop: any EventLoop,
        statistics: SharedLinkStatistics,
        sink: @escaping TransportEventSink,
    ) {
        self.role = role
        self.limits = limits
        self.statistics = statistics
        outbox = EventOutbox(eventLoop: eventLoop, sink: sink)
        outbox.onDrained = { [unowned self] in resume() }
    }

    /// Whether the owner has no room for events.
    var isBlocked: Bool { outbox.isBlocked }

    /// The identifiers in order, so that nothing depends on a dictionary's.
    private var identifiers: [LinkIdentifier] { entries.keys.sorted() }

    /// How many connections have not finished their handshake, in all and from one address.
    func handshakes(from address: IPAddress) -> (total: Int, fromAddress: Int) {
        let unfinished = entries.values.filter { $0.fingerprint == nil }
        return (unfinished.count, unfinished.count { $0.remote.address == address })
    }

    /// Ends the connection whose handshake has been under way for the longest time.
    func endOldestHandshake(from address: IPAddress?, _ refusal: LinkRefusal) {
        let oldest = identifiers.first { identifier in
            guard let entry = entries[identifier], entry.fingerprint == nil else { return false }
            return address == nil || entry.remote.address == address
        }
        if let oldest { entries[oldest]?.handler.end(.refused(refusal)) }
    }

    /// Takes a new connection in, whose pipeline becomes TLS and the handler.
    func add(
        _ channel: any Channel,
        as identifier: LinkIdentifier,
        remote: Endpoint,
        security: NIOSSLHandler,
        judge: PeerJudge,
    ) throws {
        // A dial that its owner gave up before it had a connection is over.
        guard role == .listener || dials.remove(identifier) != nil else { throw ChannelError.alreadyClosed }
        let handler = LinkHandler(table: self, judge: judge, identifier: identifier)
        try channel.pipeline.syncOperations.addHandlers([security, handler])
        entries[identifier] = Entry(channel: channel, handler: handler, remote: remote)
        channels += 1
        channel.closeFuture.assumeIsolated().whenComplete { _ in
            self.channels -= 1
            self.updateCounts()
        }
        updateCounts()
    }

    /// Says that a connection was refused before it was taken in.
    func refuse(_ refusal: LinkRefusal, remote: Endpoint?) {
        statistics.update { $0.refusals[refusal, default: 0] += 1 }
        outbox.postRefusal(refusal, remote: remote)
    }

    /// Says that a dial has begun; its connection is taken in when there is one.
    func begin(_ identifier: LinkIdentifier) {
        precondition(entries[identifier] == nil && !dials.contains(identifier), "\(identifier) is in use")
        dials.insert(identifier)
    }

    /// Says that an attempt to connect failed, if nothing has ended it before.
    func failed(_ identifier: LinkIdentifier, _ closure: LinkClosure) {
        if dials.remove(identifier) != nil {
            outbox.post(.closed(identifier, closure))
        } else {
            entries[identifier]?.handler.end(closure)
        }
    }

    /// The handshake is finished.
    func opened(_ identifier: LinkIdentifier, _ fingerprint: KeyFingerprint) {
        guard let remote = entries[identifier]?.remote else { return }
        let sameKey = identifiers.filter { entries[$0]?.fingerprint == fingerprint }
        entries[identifier]?.fingerprint = fingerprint
        statistics.update { $0.opened += 1 }
        updateCounts()
        outbox.post(.connected(identifier, fingerprint, remote: remote))
        for surplus in sameKey.dropLast(max(limits.linksPerKey - 1, 0)) {
            entries[surplus]?.handler.end(.superseded)
        }
    }

    /// Bytes have arrived.
    func received(_ identifier: LinkIdentifier, _ bytes: [UInt8]) {
        let wasBlocked = outbox.isBlocked
        outbox.post(.bytes(identifier, bytes))
        if !wasBlocked, outbox.isBlocked { statistics.update { $0.pauses += 1 } }
    }

    /// The handler has ended a connection.
    func ended(_ identifier: LinkIdentifier, _ closure: LinkClosure) {
        guard let entry = entries.removeValue(forKey: identifier) else { return }
        let refusal: LinkRefusal? = if case .refused(let refusal) = closure { refusal } else { nil }
        statistics.update {
            if let refusal { $0.refusals[refusal, default: 0] += 1 }
            if entry.fingerprint != nil { $0.closed += 1 }
        }
        updateCounts()
        switch (role, entry.fingerprint) {
        case (.listener, nil):
            outbox.postRefusal(refusal ?? .abandoned, remote: entry.remote)
        case (.listener, .some), (.dialer, _):
            outbox.post(.closed(identifier, closure))
        }
        entry.channel.close(promise: nil)
    }

    /// Sends bytes on links; on one that has ended they go nowhere.
    func send(_ messages: [LinkMessage]) {
        for message in messages {
            guard let entry = entries[message.link], entry.fingerprint != nil else { continue }
            entry.channel.writeAndFlush(ByteBuffer(bytes: message.bytes), promise: nil)
        }
    }

    /// Ends a link, in whatever phase it is.
    func close(_ identifier: LinkIdentifier) {
        failed(identifier, .closedByOwner)
    }

    /// Ends all links, in whatever phase they are.
    func closeAll() {
        for identifier in identifiers + dials.sorted() { close(identifier) }
    }

    /// Ends the links whose key is not pinned any more.
    func endLinks(where isUnpinned: (KeyFingerprint) -> Bool) {
        for identifier in identifiers {
            guard let entry = entries[identifier], let fingerprint = entry.fingerprint, isUnpinned(fingerprint) else {
                continue
            }
            entry.handler.end(.keyRemoved)
        }
    }

    private func resume() {
        for identifier in identifiers {
            guard let entry = entries[identifier] else { continue }
            entry.handler.resume(entry.channel)
        }
    }

    private func updateCounts() {
        let unfinished = entries.values.count { $0.fingerprint == nil }
        statistics.update {
            $0.connections = channels
            $0.handshakes = unfinished
        }
    }
}
