package import Primitives

/// The director's end of an agent link, from the moment its TLS connection stands until it is closed.
///
/// The director dials, says Hello and is *connected* once the agent's Hello came: a TLS 1.3 client finishes its
/// handshake before the server has judged it, so nothing less proves that the agent accepted it.
package struct DirectorLinkSession: Sendable {
    private enum Phase: Hashable, Sendable {
        case awaitingHello(until: MonotonicInstant)
        case connected(staleAt: MonotonicInstant)
        case stale
        case closing
    }

    private let interval: Interval
    private let previousBoot: BootIdentifier?
    private var phase: Phase
    private var input = FrameBuffer()
    private var rate = FrameRate()
    private var output = OutputBuffer()
    private var lastSequence: UInt64 = 0
    private var desired: DesiredState?
    private var view: View?

    /// The agent's Hello, once it came.
    package private(set) var agent: Hello?
    /// The facts of the last report, sorted by identity.
    package private(set) var facts: [RecordedFact] = []
    /// The capacity of the last report.
    package private(set) var capacity: UInt8?
    /// When the last complete message came.
    package private(set) var lastHeard: MonotonicInstant
    /// A drain request that was not acknowledged yet.
    package private(set) var pendingDrain: DrainRequest?

    /// Opens the session on a fresh connection; `previousBoot` is the one of the same node's last Hello.
    package init(hello: Hello, previousBoot: BootIdentifier? = nil, at now: MonotonicInstant) {
        interval = hello.heartbeatInterval
        self.previousBoot = previousBoot
        phase = .awaitingHello(until: now + Limits.helloTimeout)
        lastHeard = now
        output.append(.hello(hello))
    }

    /// Whether the Hello was answered and the link is not closing.
    package var isConnected: Bool {
        switch phase {
        case .connected, .stale: true
        case .awaitingHello, .closing: false
        }
    }

    /// Whether the last heartbeats were missed.
    package var isStale: Bool { phase == .stale }

    /// When `tick` wants to be called next.
    package var deadline: MonotonicInstant? {
        if output.hasOverflowed { return lastHeard }
        switch phase {
        case .awaitingHello(let until): return until
        case .connected(let staleAt): return staleAt
        case .stale, .closing: return nil
        }
    }

    /// Takes received bytes; a violation means that the link must be closed.
    package mutating func received(
        _ bytes: ArraySlice<UInt8>,
        at now: MonotonicInstant,
    ) throws(ProtocolViolation) -> [DirectorLinkEvent] {
        if case .closing = phase { return [] }
        var events: [DirectorLinkEvent] = []
        let messages = try input.append(bytes)
        try rate.take(input.frames, at: now)
        for message in messages {
            lastHeard = now
            try take(message, at: now, into: &events)
        }
        guard !output.hasOverflowed else { throw .outputOverflow }
        return events
    }

    /// Does what the time demands; a violation means that the link must be closed.
    package mutating func tick(at now: MonotonicInstant) throws(ProtocolViolation) -> [DirectorLinkEvent] {
        guard !output.hasOverflowed else { throw .outputOverflow }
        switch phase {
        case .awaitingHello(let until):
            guard now < until else { throw .helloTimeout }
            return []
        case .connected(let staleAt):
            guard now >= staleAt else { return [] }
            phase = .stale
            return [.stale]
        case .stale, .closing:
            return []
        }
    }

    /// The bytes to send now.
    package mutating func takeOutput() -> [UInt8] { output.take() }

    /// Wants a state of the node; it is sent only when it differs from what was sent, or once the link is connected.
    package mutating func desire(_ state: DesiredState) {
        guard state != desired else { return }
        desired = state
        if isConnected { output.append(.desiredState(state)) }
    }

    /// Shows the node what weights it has; sent only when it differs from what was sent.
    package mutating func show(_ view: View) {
        guard view != self.view else { return }
        self.view = view
        if isConnected { output.append(.view(view)) }
    }

    /// Tells the node that its drain request is fulfilled: the kernel has weight 0 for it everywhere.
    package mutating func acknowledgeDrain(_ identifier: UInt64) {
        guard isConnected, pendingDrain?.identifier == identifier else { return }
        pendingDrain = nil
        output.append(.drainReply(DrainReply(identifier: identifier)))
    }

    /// Says goodbye; the caller sends what `takeOutput` gives and closes.
    package mutating func sayGoodbye(_ reason: Goodbye.Reason) {
        if isConnected { output.append(.goodbye(Goodbye(reason: reason))) }
        phase = .closing
    }

    private mutating func take(
        _ message: AgentMessage,
        at now: MonotonicInstant,
        into events: inout [DirectorLinkEvent],
    ) throws(ProtocolViolation) {
        switch (message, phase) {
        case (_, .closing):
            break  // The rest of a chunk after a goodbye says nothing any more.
        case (.hello(let hello), .awaitingHello):
            agent = hello
            phase = .connected(staleAt: now + interval * Limits.missedHeartbeats)
            events.append(.connected(hello, rebooted: previousBoot.map { $0 != hello.bootIdentifier } ?? false))
            if let desired { output.append(.desiredState(desired)) }
            if let view { output.append(.view(view)) }
        case (.hello, _), (_, .awaitingHello):
            throw .unexpected(message.kind)
        case (.report(let report), _):
            guard report.bootIdentifier == agent?.bootIdentifier else { throw .foreignBoot }
            try advance(to: report.sequence, at: now, into: &events)
            record(report, at: now)
            events.append(.reported(report))
        case (.heartbeat(let heartbeat), _):
            try advance(to: heartbeat.sequence, at: now, into: &events)
            output.append(.heartbeat(heartbeat))
        case (.drainRequest(let request), _):
            pendingDrain = request
            events.append(.drainRequested(request))
        case (.goodbye(let goodbye), _):
            phase = .closing
            events.append(.goodbye(goodbye))
        case (.desiredState, _), (.drainReply, _), (.view, _):
            throw .unexpected(message.kind)  // These are the director's own.
        }
    }

    private mutating func advance(
        to sequence: UInt64,
        at now: MonotonicInstant,
        into events: inout [DirectorLinkEvent],
    ) throws(ProtocolViolation) {
        guard sequence > lastSequence else { throw .sequenceNotRising(last: lastSequence, received: sequence) }
        lastSequence = sequence
        if case .stale = phase { events.append(.heard) }
        phase = .connected(staleAt: now + interval * Limits.missedHeartbeats)
    }

    private mutating func record(_ report: Report, at now: MonotonicInstant) {
        let before = Dictionary(facts.map { ($0.fact.identity, $0) }) { first, _ in first }
        facts = report.facts.map { fact in
            guard let old = before[fact.identity], old.fact.verdict == fact.verdict else {
                return RecordedFact(fact: fact, since: now)
            }
            return RecordedFact(fact: fact, since: old.since)
        }
        facts.sort { $0.fact.identity < $1.fact.identity }
        capacity = report.capacity
    }
}
