package import Primitives

/// What a run of the direct-path probe saw, and the diagnosis that follows from it.
package struct DirectPathObservation: Hashable, Sendable {
    /// How a half-open SYN was answered.
    package enum Answer: Hashable, Sendable {
        /// SYN-ACK, after this time.
        case answered(Interval)
        /// RST.
        case refused
        /// Nothing within the timeout.
        case silent
    }

    /// Whether the real server answered ARP or neighbour discovery during this run; nothing if it was not asked.
    package var neighbourAnswers: Bool?
    /// The answer for the virtual address.
    package var virtual: Answer
    /// The answer of the real address itself to the same SYN; nothing if it was not asked.
    package var real: Answer?

    /// Makes an observation.
    package init(neighbourAnswers: Bool?, virtual: Answer, real: Answer?) {
        self.neighbourAnswers = neighbourAnswers
        self.virtual = virtual
        self.real = real
    }

    /// What the observation means.
    ///
    /// Silence is a black hole only when the node lives and takes connections: its neighbour entry answers, and so does
    /// a listener at its real address.
    package func outcome(virtual endpoint: Endpoint, real: Endpoint) -> ProbeOutcome {
        switch virtual {
        case .answered(let time):
            return .passed(time)
        case .refused:
            return .failed(.directPathRefused, evidence: "\(real.address) answers a SYN for \(endpoint) by RST")
        case .silent:
            break
        }
        let neighbourProtocol = real.address.family.neighbourProtocol
        guard neighbourAnswers != false else {
            return .failed(.unreachable, evidence: "\(real.address) does not answer \(neighbourProtocol)")
        }
        switch self.real {
        case .answered:
            return .failed(
                .directRoutingBlackHole,
                evidence: "\(real.address) is silent to a SYN for \(endpoint) and answers one for \(real)",
            )
        case .refused:
            // The node lives, and nobody listens there: the service may be bound to the virtual address alone. Then a
            // missing address and a full accept queue are the same silence, and no other SYN tells them apart. Were it a
            // black hole, a surge that fills the queues of all nodes would keep their service from failing open. Where
            // the address is missing, the node's agent says so, and that keeps the node out whatever this says.
            return .failed(
                .directPathSilent,
                evidence: "\(real.address) is silent to a SYN for \(endpoint) and refuses one for \(real): "
                    + "the address is missing, or its accept queue is full",
            )
        case .silent:
            return .failed(
                .overloaded,
                evidence: "\(real.address) answers \(neighbourProtocol) but no SYN, neither for \(endpoint) "
                    + "nor for \(real)",
            )
        case nil:
            // Not compared yet: the next run is.
            return .failed(.directPathSilent, evidence: "\(real.address) is silent to a SYN for \(endpoint)")
        }
    }
}
