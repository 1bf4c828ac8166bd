package import Primitives

/// The agent's end of an agent link, from the moment its TLS connection stands until it is closed.
package struct AgentLinkSession: Sendable {
    private enum Phase: Hashable, Sendable {
        case awaitingHello(until: MonotonicInstant)
        case connected(interval: Interval, heartbeatAt: MonotonicInstant, silentAt: MonotonicInstant)
        case closing
    }

    private let bootIdentifier: BootIdentifier
    private let name: String
    private let programVersion: String
    private var phase: Phase
    private var input = FrameBuffer()
    private var rate = FrameRate()
    private var output = OutputBuffer()
    private var sequence: UInt64 = 0
    private var facts: [Fact]?
    private var capacity: UInt8?
    private var drain: DrainRequest?

    /// The director's Hello, once it came.
    package private(set) var director: Hello?
    /// When the last complete message came.
    package private(set) var lastHeard: MonotonicInstant

    /// Opens the session on a fresh connection.
    package init(bootIdentifier: BootIdentifier, name: String, programVersion: String, at now: MonotonicInstant) {
        self.bootIdentifier = bootIdentifier
        self.name = name
        self.programVersion = programVersion
        phase = .awaitingHello(until: now + Limits.helloTimeout)
        lastHeard = now
    }

    /// Whether the director's Hello came and the link is not closing.
    package var isConnected: Bool {
        switch phase {
        case .connected: true
        case .awaitingHello, .closing: false
        }
    }

    /// When `tick` wants to be called next.
    package var deadline: MonotonicInstant? {
        if output.hasOverflowed { return lastHeard }
        switch phase {
        case .awaitingHello(let until): return until
        case .connected(_, let heartbeatAt, let silentAt): return min(heartbeatAt, silentAt)
        case .closing: return nil
        }
    }

    /// Takes received bytes; a violation means that the link must be closed.
    package mutating func received(
        _ bytes: ArraySlice<UInt8>,
        at now: MonotonicInstant,
    ) throws(ProtocolViolation) -> [AgentLinkEvent] {
        if case .closing = phase { return [] }
        var events: [AgentLinkEvent] = []
        let messages = try input.append(bytes)
        try rate.take(input.frames, at: now)
        for message in messages {
            lastHeard = now
            try take(message, at: now, into: &events)
        }
        guard !output.hasOverflowed else { throw .outputOverflow }
        return events
    }

    /// Sends a heartbeat when one is due; a violation means that the link must be closed.
    package mutating func tick(at now: MonotonicInstant) throws(ProtocolViolation) {
        guard !output.hasOverflowed else { throw .outputOverflow }
        switch phase {
        case .awaitingHello(let until):
            guard now < until else { throw .helloTimeout }
        case .connected(let interval, let heartbeatAt, let silentAt):
            guard now < silentAt else { throw .silence }
            guard now >= heartbeatAt else { return }
            sequence += 1
            output.append(.heartbeat(Heartbeat(sequence: sequence)))
            phase = .connected(interval: interval, heartbeatAt: now + interval, silentAt: silentAt)
        case .closing:
            break
        }
    }

    /// The bytes to send now.
    package mutating func takeOutput() -> [UInt8] { output.take() }

    /// Makes these the node's facts; a report goes out at once when they differ from the last ones sent.
    package mutating func publish(_ facts: [Fact], capacity: UInt8?, at now: MonotonicInstant) {
        guard facts != self.facts || capacity != self.capacity else { return }
        self.facts = facts
        self.capacity = capacity
        sendReport(at: now)
    }

    /// Asks the director for weight 0; asked again when the link comes up later.
    package mutating func requestDrain(_ request: DrainRequest) {
        guard request != drain else { return }
        drain = request
        if isConnected { output.append(.drainRequest(request)) }
    }

    /// Says goodbye; the caller sends what `takeOutput` gives and closes.
    package mutating func sayGoodbye(_ reason: Goodbye.Reason) {
        if isConnected { output.append(.goodbye(Goodbye(reason: reason))) }
        phase = .closing
    }

    /// How long a director may be silent: it answers every heartbeat, but a busy one shall not lose its links.
    private static func patience(_ interval: Interval) -> Interval {
        max(interval * 10, .seconds(5))
    }

    private mutating func sendReport(at now: MonotonicInstant) {
        guard case .connected(let interval, _, let silentAt) = phase, let facts else { return }
        sequence += 1
        let report = Report(sequence: sequence, bootIdentifier: bootIdentifier, facts: facts, capacity: capacity)
        output.append(.report(report))
        // A report is a sign of life too.
        phase = .connected(interval: interval, heartbeatAt: now + interval, silentAt: silentAt)
    }

    private mutating func take(
        _ message: AgentMessage,
        at now: MonotonicInstant,
        into events: inout [AgentLinkEvent],
    ) throws(ProtocolViolation) {
        switch (message, phase) {
        case (_, .closing):
            break  // The rest of a chunk after a goodbye says nothing any more.
        case (.hello(let hello), .awaitingHello):
            director = hello
            let interval = hello.heartbeatInterval
            phase = .connected(
                interval: interval,
                heartbeatAt: now + interval,
                silentAt: now + Self.patience(interval),
            )
            output.append(
                .hello(
                    Hello(
                        bootIdentifier: bootIdentifier,
                        name: name,
                        programVersion: programVersion,
                        heartbeatInterval: interval,
                    )
                )
            )
            events.append(.connected(hello))
            sendReport(at: now)
            if let drain { output.append(.drainRequest(drain)) }
        case (.hello, _), (_, .awaitingHello):
            throw .unexpected(message.kind)
        case (.desiredState(let state), .connected(let interval, let heartbeatAt, _)):
            phase = .connected(interval: interval, heartbeatAt: heartbeatAt, silentAt: now + Self.patience(interval))
            events.append(.desired(state))
        case (.heartbeat, .connected(let interval, let heartbeatAt, _)):
            phase = .connected(interval: interval, heartbeatAt: heartbeatAt, silentAt: now + Self.patience(interval))
        case (.drainReply(let reply), .connected):
            guard reply.identifier == drain?.identifier else { break }  // An answer to an older request.
            events.append(.drainAcknowledged(reply))
        case (.view(let view), .connected):
            events.append(.viewed(view))
        case (.goodbye(let goodbye), .connected):
            phase = .closing
            events.append(.goodbye(goodbye))
        case (.report, .connected), (.drainRequest, .connected):
            throw .unexpected(message.kind)  // These are the agent's own.
        }
    }
}
