package import Primitives

/// Either end of a peer link, from the moment its TLS connection stands until it is closed.
///
/// Both ends say Hello at once and are connected when the other's came. From then on both send heartbeats, their state
/// whenever it changed, and their opinions and address findings with the next heartbeat after a change.
package struct PeerSession: Sendable {
    private enum Phase: Hashable, Sendable {
        case awaitingHello(until: MonotonicInstant)
        case connected(isSilent: Bool, heartbeatAt: MonotonicInstant)
        case closing
    }

    private var phase: Phase
    private var input = PeerFrameBuffer()
    private var output: [UInt8] = []
    private var hasOverflowed = false
    private var sequence: UInt64 = 0
    private var lastSequence: UInt64 = 0
    private var ownState: PeerState?
    private var ownOpinions: [PeerOpinion]?
    private var hasUnsentOpinions = false
    private var incoming: [PeerOpinion]?
    private var ownOrders: [PeerOrder] = []
    /// What the peer knows of the orders, having been told or having told of it.
    private var knownOrders: Set<PeerOrder.Version> = []
    private var hasUnsentOrders = false
    private var ownAddressFindings: [PeerAddressFinding] = []
    private var hasUnsentAddressFindings = false

    /// The other director's Hello, once it came.
    package private(set) var peer: PeerHello?
    /// Its last state.
    package private(set) var state: PeerState?
    /// When that state came.
    package private(set) var stateReceivedAt: MonotonicInstant?
    /// What it thinks of the real servers.
    package private(set) var opinions: [PeerOpinion] = []
    /// Who it hears claim virtual addresses, and when it told so.
    package private(set) var addressFindings: (all: [PeerAddressFinding], at: MonotonicInstant)?
    /// Its clock in milliseconds since 1970 and when it told so.
    package private(set) var clock: (value: UInt64, at: MonotonicInstant)?
    /// When the last complete message came.
    package private(set) var lastHeard: MonotonicInstant

    /// Opens the session on a fresh connection.
    package init(hello: PeerHello, at now: MonotonicInstant) {
        phase = .awaitingHello(until: now + PeerLimits.helloTimeout)
        lastHeard = now
        append(.hello(hello))
    }

    /// Whether the peer's Hello came and the link is not closing.
    package var isConnected: Bool {
        switch phase {
        case .connected: true
        case .awaitingHello, .closing: false
        }
    }

    /// Whether the peer is connected and was heard within the last three heartbeats.
    package var isAlive: Bool {
        switch phase {
        case .connected(let isSilent, _): !isSilent
        case .awaitingHello, .closing: false
        }
    }

    /// When `tick` wants to be called next.
    package var deadline: MonotonicInstant? {
        if hasOverflowed { return lastHeard }
        switch phase {
        case .awaitingHello(let until): return until
        case .connected(let isSilent, let heartbeatAt):
            return min(heartbeatAt, lastHeard + (isSilent ? PeerLimits.abandonment : PeerLimits.silence))
        case .closing: return nil
        }
    }

    /// Takes received bytes; a violation means that the link must be closed.
    package mutating func received(
        _ bytes: ArraySlice<UInt8>,
        at now: MonotonicInstant,
    ) throws(PeerViolation) -> [PeerSessionEvent] {
        if case .closing = phase { return [] }
        var events: [PeerSessionEvent] = []
        for message in try input.append(bytes) {
            lastHeard = now
            try take(message, at: now, into: &events)
        }
        guard !hasOverflowed else { throw .outputOverflow }
        return events
    }

    /// Sends what is due and notices silence; the clock is in milliseconds since 1970.
    package mutating func tick(clock: UInt64, at now: MonotonicInstant) throws(PeerViolation) -> [PeerSessionEvent] {
        guard !hasOverflowed else { throw .outputOverflow }
        switch phase {
        case .awaitingHello(let until):
            guard now < until else { throw .helloTimeout }
            return []
        case .connected(var isSilent, var heartbeatAt):
            guard now < lastHeard + PeerLimits.abandonment else { throw .silence }
            var events: [PeerSessionEvent] = []
            if !isSilent, now >= lastHeard + PeerLimits.silence {
                isSilent = true
                events.append(.silent)
            }
            if now >= heartbeatAt {
                sequence += 1
                append(.heartbeat(PeerHeartbeat(sequence: sequence, clock: clock)))
                sendOpinions()
                sendOrders()
                sendAddressFindings()
                // In rhythm when the call is a little late, and never making up for what was missed.
                let next = heartbeatAt + PeerLimits.heartbeatInterval
                heartbeatAt = next > now ? next : now + PeerLimits.heartbeatInterval
            }
            phase = .connected(isSilent: isSilent, heartbeatAt: heartbeatAt)
            return events
        case .closing:
            return []
        }
    }

    /// The bytes to send now.
    package mutating func takeOutput() -> [UInt8] {
        defer { output = [] }
        return output
    }

    /// Makes this the state that the peer knows; it goes out at once when it differs in more than ages.
    package mutating func publish(_ state: PeerState) {
        guard state.withoutAges != ownState?.withoutAges else { return }
        // With another configuration names mean something else, and the peer has forgotten what it was told of them.
        if state.configuration.digest != ownState?.configuration.digest { hasUnsentOpinions = ownOpinions != nil }
        ownState = state
        if isConnected { append(.state(state)) }
    }

    /// Makes these the opinions that the peer knows; they go out with the next heartbeat.
    package mutating func publish(_ opinions: [PeerOpinion]) {
        guard opinions != ownOpinions else { return }
        ownOpinions = opinions
        hasUnsentOpinions = true
    }

    /// Makes these the orders that the peer knows, beside those it has: what it was not told goes out at once.
    package mutating func publish(_ orders: [PeerOrder]) {
        guard orders != ownOrders else { return }
        ownOrders = orders
        knownOrders.formIntersection(orders.map(\.version))
        hasUnsentOrders = true
        if isConnected { sendOrders() }
    }

    /// Makes these the address findings that the peer knows; they go out with the next heartbeat when they differ in
    /// more than ages, and what exceeds the limit is left out.
    package mutating func publish(_ findings: [PeerAddressFinding]) {
        let findings = Array(findings.prefix(PeerLimits.addressFindings))
        if findings.map(\.withoutAge) != ownAddressFindings.map(\.withoutAge) { hasUnsentAddressFindings = true }
        ownAddressFindings = findings
    }

    /// Says one step of a handover.
    package mutating func say(_ handover: HandoverMessage) {
        if isConnected { append(.handover(handover)) }
    }

    /// Says goodbye; the caller sends what `takeOutput` gives and closes.
    package mutating func sayGoodbye(_ reason: PeerGoodbye.Reason) {
        if isConnected { append(.goodbye(PeerGoodbye(reason: reason))) }
        phase = .closing
    }

    private mutating func sendOpinions() {
        guard hasUnsentOpinions, let ownOpinions else { return }
        hasUnsentOpinions = false
        for part in PeerHealth.parts(of: ownOpinions) { append(.health(part)) }
    }

    private mutating func sendAddressFindings() {
        guard hasUnsentAddressFindings else { return }
        hasUnsentAddressFindings = false
        append(.addressFindings(ownAddressFindings))
    }

    /// A book of orders goes out in bounded pieces, which are all the same to whoever receives them.
    private mutating func sendOrders() {
        guard hasUnsentOrders else { return }
        let unsent = ownOrders.filter { !knownOrders.contains($0.version) }
        let due = unsent.prefix(PeerLimits.ordersAtOnce)
        hasUnsentOrders = due.count < unsent.count
        knownOrders.formUnion(due.map(\.version))
        for start in stride(from: due.startIndex, to: due.endIndex, by: PeerLimits.ordersInFrame) {
            append(.orders(Array(due[start..<min(start + PeerLimits.ordersInFrame, due.endIndex)])))
        }
    }

    /// Beyond `PeerLimits.output` the link is lost rather than the memory.
    private mutating func append(_ message: PeerMessage) {
        let frame = PeerFrameCodec.encode(message)
        guard output.count + frame.count <= PeerLimits.output else {
            hasOverflowed = true
            return
        }
        output += frame
    }

    private mutating func take(
        _ message: PeerMessage,
        at now: MonotonicInstant,
        into events: inout [PeerSessionEvent],
    ) throws(PeerViolation) {
        if case .connected(true, let heartbeatAt) = phase {
            phase = .connected(isSilent: false, heartbeatAt: heartbeatAt)
            events.append(.heard)
        }
        switch (message, phase) {
        case (_, .closing):
            break  // The rest of a chunk after a goodbye says nothing any more.
        case (.hello(let hello), .awaitingHello):
            peer = hello
            phase = .connected(isSilent: false, heartbeatAt: now)
            events.append(.connected(hello))
            if let ownState { append(.state(ownState)) }
            hasUnsentOpinions = ownOpinions != nil
            hasUnsentOrders = !ownOrders.isEmpty
            sendOrders()
            hasUnsentAddressFindings = !ownAddressFindings.isEmpty
        case (.hello, _), (_, .awaitingHello):
            throw .unexpected(message.kind)
        case (.state(let state), .connected):
            // What it thought until now was about other machines, perhaps, of the same names.
            if state.configuration.digest != self.state?.configuration.digest { opinions = [] }
            self.state = state
            stateReceivedAt = now
            events.append(.stateChanged(state))
        case (.health(let part), .connected):
            try take(part, into: &events)
        case (.heartbeat(let heartbeat), .connected):
            guard heartbeat.sequence > lastSequence else {
                throw .sequenceNotRising(last: lastSequence, received: heartbeat.sequence)
            }
            lastSequence = heartbeat.sequence
            clock = (heartbeat.clock, now)
        case (.handover(let handover), .connected):
            events.append(.handover(handover))
        case (.orders(let orders), .connected):
            // What it has told is not told back; that it may forget, for hearing it again changes nothing.
            if knownOrders.count < PeerLimits.orders { knownOrders.formUnion(orders.map(\.version)) }
            events.append(.orders(orders))
        case (.addressFindings(let findings), .connected):
            addressFindings = (findings, now)
            events.append(.addressFindingsChanged)
        case (.goodbye(let goodbye), .connected):
            phase = .closing
            events.append(.goodbye(goodbye))
        }
    }

    private mutating func take(
        _ part: PeerHealth,
        into events: inout [PeerSessionEvent],
    ) throws(PeerViolation) {
        guard part.isFirst || incoming != nil else { throw .unexpected(.health) }
        let collected = (part.isFirst ? [] : incoming ?? []) + part.opinions
        guard collected.count <= PeerLimits.opinions else { throw .tooManyOpinions }
        incoming = part.isLast ? nil : collected
        guard part.isLast else { return }
        opinions = collected
        events.append(.opinionsChanged)
    }
}

extension PeerState {
    /// The state with what only grows left out.
    var withoutAges: PeerState {
        PeerState(
            configuration: configuration,
            routers: routers.map { router in
                var router = router
                router.age = 0
                return router
            },
            readiness: readiness,
            connectionSync: connectionSync,
            isStopping: isStopping,
        )
    }
}
