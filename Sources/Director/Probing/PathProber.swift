import Health
import Linux
import Primitives
import SystemPackage

/// Runs direct-path probes: SYNs for the virtual address straight to a real server, answers read from the wire.
struct PathProber: ~Copyable {
    private struct Attempt {
        var virtual: Endpoint
        var real: Endpoint
        var startedAt: MonotonicInstant
        var comparesRealAddress: Bool
        /// When the neighbour was asked for in this run, if it was.
        var askedAt: MonotonicInstant?
        var sentAt: MonotonicInstant?
        var virtualAnswer = DirectPathObservation.Answer.silent
        var realAnswer = DirectPathObservation.Answer.silent
        /// What acknowledges its SYNs.
        var acknowledgements: [UInt32] = []
    }

    struct Neighbour {
        var mac: MACAddress?
        var repliedAt: MonotonicInstant?
        var askedAt: MonotonicInstant?
        /// How many SYNs have gone there, each from the next port.
        var turns = 0
    }

    private struct Expectation: Hashable {
        var run: ProbeRun
        var isReal: Bool
    }

    /// Runs against one real server share a question for it that is not older than this.
    static let requestLifetime = Interval.milliseconds(50)
    /// How many frames of each kind are read at once.
    private static let framesPerTurn = 1_024
    /// Opening is not tried again sooner than this.
    private static let reopening = Interval.seconds(1)

    private var generator: SeededGenerator
    /// The sockets of the families that are probed.
    private(set) var links: [AddressFamily: PathLink] = [:]
    /// When sockets were last opened, and why that failed if it did.
    private var openings: [AddressFamily: (at: MonotonicInstant, trouble: Errno?)] = [:]
    private var attempts: [ProbeRun: Attempt] = [:]
    private var expected: [UInt32: Expectation] = [:]
    var neighbours: [IPAddress: Neighbour] = [:]
    var sentinel = AddressSentinel()
    var owners: [AddressOwner] = []
    /// Everybody who may be named for claiming an address, sorted.
    var realServers: [IPAddress] = []
    /// When the virtual addresses were asked for.
    var probedAt: MonotonicInstant?

    /// Makes a prober without sockets, which draws its sequence numbers from a seed.
    init(seed: UInt64) {
        generator = SeededGenerator(seed: seed)
    }

    /// Whether the sockets are there for this interface and address.
    func isOpen(on interface: String, from address: IPAddress) -> Bool {
        links[address.family].map { $0.interface == interface && $0.address == address } ?? false
    }

    /// Opens the sockets of the address's family and gives the descriptors to be polled.
    mutating func open(
        on interface: String,
        from address: IPAddress,
        at now: MonotonicInstant,
    ) throws(Errno) -> [Int32] {
        close(address.family)
        if let last = openings[address.family], let trouble = last.trouble, now - last.at < Self.reopening {
            throw trouble
        }
        do throws(Errno) {
            let opened = try PathLink(interface: interface, address: address)
            try opened.watch(sentinel.addresses)
            links[address.family] = opened
            openings[address.family] = (now, nil)
            return opened.descriptors
        } catch {
            openings[address.family] = (now, error)
            throw error
        }
    }

    /// Lets go of a family's sockets; what is under way could not run, for nobody would hear its answers.
    mutating func close(_ family: AddressFamily) {
        links[family] = nil
        neighbours = neighbours.filter { $0.key.family != family }
        attempts = attempts.filter { $0.value.real.address.family != family }
        expected = expected.filter { attempts[$0.value.run] != nil }
    }

    /// Starts a run; gives its outcome if it could not.
    mutating func start(
        _ run: ProbeRun,
        virtual: Endpoint,
        real: Endpoint,
        _ comparesRealAddress: Bool,
        at now: MonotonicInstant,
    ) -> ProbeOutcome? {
        let address = real.address
        guard let link = links[address.family], virtual.address.family == address.family else {
            return .couldNotRun(evidence: "no packet socket")
        }
        attempts[run] = Attempt(
            virtual: virtual,
            real: real,
            startedAt: now,
            comparesRealAddress: comparesRealAddress
        )
        let known = neighbours[address]?.mac
        do throws(Errno) {
            if comparesRealAddress || known == nil { try ask(for: address, run, link, at: now) }
            if let known { try send(run, to: known, link, at: now) }
            return nil
        } catch {
            // The interface may be gone or another one: look again before the next run.
            close(address.family)
            return .couldNotRun(evidence: "packet socket on \(link.interface): \(error)")
        }
    }

    private mutating func ask(
        for address: IPAddress,
        _ run: ProbeRun,
        _ link: PathLink,
        at now: MonotonicInstant,
    ) throws(Errno) {
        try resolve(address, link, at: now)
        attempts[run]?.askedAt = neighbours[address]?.askedAt
    }

    private mutating func send(
        _ run: ProbeRun,
        to mac: MACAddress,
        _ link: PathLink,
        at now: MonotonicInstant,
    ) throws(Errno) {
        guard var attempt = attempts[run], attempt.sentAt == nil else { return }
        attempt.sentAt = now
        let turn = neighbours[attempt.real.address]?.turns ?? 0
        neighbours[attempt.real.address]?.turns = turn &+ 1
        let source = link.end(port: link.ports[turn % link.ports.count])
        for isReal in attempt.comparesRealAddress ? [false, true] : [false] {
            let endpoint = isReal ? attempt.real : attempt.virtual
            let sequence = freshSequence()
            attempt.acknowledgements.append(sequence &+ 1)
            expected[sequence &+ 1] = Expectation(run: run, isReal: isReal)
            let destination = HandshakeFrame.End(mac: mac, address: endpoint.address, port: endpoint.port)
            attempts[run] = attempt
            try link.send(HandshakeFrame.synchronize(from: source, to: destination, sequence: sequence))
        }
        attempts[run] = attempt
    }

    private mutating func freshSequence() -> UInt32 {
        while true {
            let sequence = UInt32(truncatingIfNeeded: generator.next())
            if expected[sequence &+ 1] == nil { return sequence }
        }
    }

    /// Reads everything that has arrived and gives the runs that it ends.
    mutating func receive() -> [(ProbeRun, ProbeOutcome)] {
        var finished: [(ProbeRun, ProbeOutcome)] = []
        for (family, link) in links.sorted(by: { $0.key < $1.key }) {
            do throws(Errno) {
                try receive(from: link, into: &finished)
            } catch {
                close(family)
            }
        }
        return finished
    }

    private mutating func receive(
        from link: PathLink,
        into finished: inout [(ProbeRun, ProbeOutcome)],
    ) throws(Errno) {
        // A storm on the LAN does not keep the thread from its other work: the rest is read in the next turn.
        for _ in 0..<Self.framesPerTurn {
            guard let claim = try link.nextNeighbour() else { break }
            try take(claim, link)
        }
        for _ in 0..<Self.framesPerTurn {
            guard let (answer, receivedAt) = try link.nextAnswer() else { break }
            // A SYN-ACK that nobody waits for is reset too, or it would come again.
            if !answer.isReset {
                try link.send(
                    HandshakeFrame.reset(
                        from: link.end(port: answer.port),
                        to: answer.from,
                        sequence: answer.acknowledgement,
                    )
                )
            }
            if let end = take(answer, at: receivedAt) { finished.append(end) }
        }
    }

    private mutating func take(_ claim: NeighbourFrame.Claim, _ link: PathLink) throws(Errno) {
        let now = Clock.now
        sentinel.hear(claim.address, from: claim.mac, by: claim.kind, at: now)
        // Only those that were asked for: a reply for anything else is none of ours.
        guard claim.kind == .answer, neighbours[claim.address] != nil else { return }
        neighbours[claim.address]?.mac = claim.mac
        neighbours[claim.address]?.repliedAt = now
        let waiting = attempts.filter { $0.value.real.address == claim.address && $0.value.sentAt == nil }.keys
        for run in waiting.sorted(by: { $0.rawValue < $1.rawValue }) {
            try send(run, to: claim.mac, link, at: now)
        }
    }

    private mutating func take(
        _ answer: HandshakeFrame.Answer,
        at receivedAt: MonotonicInstant,
    ) -> (ProbeRun, ProbeOutcome)? {
        guard let expectation = expected[answer.acknowledgement] ?? belated(answer, at: receivedAt),
            var attempt = attempts[expectation.run],
            let sentAt = attempt.sentAt
        else { return nil }
        let endpoint = expectation.isReal ? attempt.real : attempt.virtual
        guard endpoint == Endpoint(address: answer.from.address, port: answer.from.port) else { return nil }
        for acknowledgement in attempt.acknowledgements where expected[acknowledgement] == expectation {
            expected[acknowledgement] = nil
        }
        let time = max(.zero, receivedAt - sentAt)
        let meaning: DirectPathObservation.Answer = answer.isReset ? .refused : .answered(time)
        if expectation.isReal {
            attempt.realAnswer = meaning
            attempts[expectation.run] = attempt
            return nil
        }
        attempt.virtualAnswer = meaning
        attempts[expectation.run] = attempt
        return (expectation.run, expire(expectation.run))
    }

    // A SYN that meets a predecessor from the same port, whose RST was lost or is late, is answered with the
    // predecessor's numbers. That the machine itself speaks for the endpoint is what the run wants to know.
    private func belated(_ answer: HandshakeFrame.Answer, at receivedAt: MonotonicInstant) -> Expectation? {
        guard !answer.isReset else { return nil }
        let from = Endpoint(address: answer.from.address, port: answer.from.port)
        let waiting = attempts.filter { _, attempt in
            guard let sentAt = attempt.sentAt, receivedAt >= sentAt else { return false }
            return neighbours[attempt.real.address]?.mac == answer.from.mac
                && (from == attempt.virtual || from == attempt.real)
        }
        guard let run = waiting.keys.min(by: { $0.rawValue < $1.rawValue }) else { return nil }
        return Expectation(run: run, isReal: from != attempts[run]?.virtual)
    }

    /// Ends a run and says what was seen until now.
    mutating func expire(_ run: ProbeRun) -> ProbeOutcome {
        guard let attempt = attempts[run] else { return .couldNotRun(evidence: "the packet socket was lost") }
        let (virtual, real) = (attempt.virtual.address, attempt.real.address)
        let neighbour = neighbours[real]
        cancel(run)
        if let mac = neighbour?.mac, isWrongHolder(real, at: mac, of: virtual),
            sentinel.isClaimed(virtual, by: mac, at: Clock.now)
        {
            let answers = "answers \(real.family.neighbourProtocol) for"
            return .failed(.arpOffender, evidence: "\(real) at \(mac) \(answers) \(virtual)")
        }
        let observation = DirectPathObservation(
            neighbourAnswers: attempt.askedAt.map { asked in neighbour?.repliedAt.map { $0 >= asked } ?? false },
            virtual: attempt.virtualAnswer,
            real: attempt.comparesRealAddress && attempt.sentAt != nil ? attempt.realAnswer : nil,
        )
        return observation.outcome(virtual: attempt.virtual, real: attempt.real)
    }

    // A real server may be the Active Router itself; over IPv6 that one is known by its link-local address.
    private func isWrongHolder(_ real: IPAddress, at mac: MACAddress, of virtual: IPAddress) -> Bool {
        guard let owner = owners.first(where: { $0.address == virtual }) else { return false }
        guard let router = owner.router else { return true }
        return router != real && neighbours[router]?.mac.map { $0 != mac } ?? false
    }

    /// Ends a run that nobody wants any more.
    mutating func cancel(_ run: ProbeRun) {
        for acknowledgement in attempts.removeValue(forKey: run)?.acknowledgements ?? [] {
            expected[acknowledgement] = nil
        }
    }
}
