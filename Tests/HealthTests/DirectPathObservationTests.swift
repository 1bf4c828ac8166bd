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
                case (_, .refused), (_, .answered): .directRoutingBlackHole
                }
            #expect(
                reason(.silent) == wanted,
                "neighbour \(String(describing: neighbour)), real \(String(describing: real))"
            )
        }
    }
}
