import Health
import Primitives
import Testing

@Suite struct `The diagnosis of the direct path` {
    static let virtual = Endpoint(address: .v4(IPv4Address(192, 0, 2, 100)), port: 80)
    static let real = Endpoint(address: .v4(IPv4Address(192, 0, 2, 11)), port: 80)

    @Test(arguments: [nil, false, true])
    func `is made of what was seen`(neighbour: Bool?) {
        let answers: [DirectPathObservation.Answer?] = [nil, .silent, .refused, .answered(.milliseconds(1))]
        for real in answers {
            func reason(_ virtual: DirectPathObservation.Answer) -> Reason? {
                let seen = DirectPathObservation(neighbourAnswers: neighbour, virtual: virtual, real: real)
                switch seen.outcome(virtual: Self.virtual, real: Self.real) {
                case .passed: return .passing
                case .failed(let reason, _): return reason
                case .couldNotRun, .inconclusive: return nil
                }
            }
            #expect(reason(.answered(.milliseconds(1))) == .passing)
            #expect(reason(.refused) == .directPathRefused)
            let wanted: Reason =
                switch (neighbour, real) {
                case (false, _): .unreachable
                case (_, nil): .directPathSilent
                case (_, .silent): .overloaded
                case (_, .refused): .directPathSilent
                case (_, .answered): .directRoutingBlackHole
                }
            #expect(
                reason(.silent) == wanted,
                "neighbour \(String(describing: neighbour)), real \(String(describing: real))"
            )
        }
    }

    @Test func `does not take a service that is bound to the virtual address alone for a black hole`() {
        let seen = DirectPathObservation(neighbourAnswers: true, virtual: .silent, real: .refused)
        guard case .failed(let reason, let evidence) = seen.outcome(virtual: Self.virtual, real: Self.real) else {
            Issue.record("silence is a failure")
            return
        }
        // Its accept queue may be full, and where that is so of all real servers, some of them must get traffic.
        #expect(!reason.forbidsFailingOpen)
        #expect(reason.isSilence)
        #expect(
            evidence == "192.0.2.11 is silent to a SYN for 192.0.2.100:80 and refuses one for 192.0.2.11:80: "
                + "the address is missing, or its accept queue is full"
        )
        let listening = DirectPathObservation(neighbourAnswers: true, virtual: .silent, real: .answered(.zero))
        guard case .failed(let other, _) = listening.outcome(virtual: Self.virtual, real: Self.real) else {
            Issue.record("silence is a failure")
            return
        }
        #expect(other == .directRoutingBlackHole && other.forbidsFailingOpen)
    }
}
