import Linux
import Primitives
import SystemPackage
import TestNetwork
import Testing

@testable import DirectorCommand

/// The endpoints that a successor keeps silent.
@Suite struct TakeoverTests {
    static func endpoint(_ text: String) throws -> Endpoint { try #require(Endpoint(text)) }

    @Test func `what comes back a moment after it went stays silent, and more is added`() throws {
        let (first, second) = (try Self.endpoint("192.0.2.100:80"), try Self.endpoint("[2001:db8::100]:443"))
        let outcome = try NetworkNamespace.run {
            let began = Clock.now
            var takeover = Takeover(until: began + .seconds(6))
            let refusals = [
                takeover.add([first], until: began + .seconds(6)), takeover.add([first], until: began + .seconds(7)),
                takeover.add([second], until: began + .seconds(8)),
            ]
            return (refusals, takeover.listeners.count, takeover.until - began)
        }
        #expect(outcome.0 == [nil, nil, nil])
        #expect(outcome.1 == 2)
        #expect(outcome.2 == .seconds(8))
    }

    @Test func `says what cannot be kept silent, and keeps the rest`() throws {
        let (first, second) = (try Self.endpoint("192.0.2.100:80"), try Self.endpoint("192.0.2.100:443"))
        let outcome = try NetworkNamespace.run {
            let other = try SilentListener(first)
            defer { withExtendedLifetime(other) {} }
            var takeover = Takeover(until: Clock.now)
            return (takeover.add([first, second], until: Clock.now), takeover.listeners.map(\.key))
        }
        #expect(outcome.0 == .addressInUse)
        #expect(outcome.1 == [second])
    }
}
