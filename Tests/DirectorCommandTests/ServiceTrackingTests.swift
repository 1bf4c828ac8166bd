import Health
import Primitives
import Testing
import VRRP

@testable import DirectorCommand
@testable import DirectorCore

/// What of a tracked service makes a director leave the election, and what does not.
@Suite struct ServiceTrackingTests {
    static let now = MonotonicInstant(nanoseconds: 1_000_000_000)

    static func server(
        _ state: DestinationState,
        _ reason: Reason = .operatorDrain,
        role: PoolRole = .primary,
        weight: Int = 0,
    ) -> DestinationStatus {
        DestinationStatus(
            realServer: "web",
            endpoint: "192.0.2.11:80",
            state: state,
            reason: reason,
            evidence: "",
            age: 0,
            weightWanted: weight,
            role: role,
        )
    }

    /// A service of these real servers, with the state that follows from theirs.
    static func service(
        _ destinations: [DestinationStatus],
        isApplied: Bool? = true,
        _ availability: ServiceAvailability.State? = nil,
    ) -> ServiceStatus {
        var known: ServiceAvailability?
        if let availability {
            var value = ServiceAvailability(service: "http")
            value.state = availability
            value.reason = .quorumLost
            known = value
        }
        return ServiceStatus(
            name: "http",
            protocol: "tcp",
            endpoint: "192.0.2.100:80",
            scheduler: "rr",
            persistenceTimeout: 0,
            isApplied: isApplied,
            destinations: destinations,
            availability: known,
        )
        .summarized(configurationAge: 0)
    }

    /// What the election is told of it.
    static func failure(_ service: ServiceStatus) -> TrackSettings.Failure? {
        let status = ClusterStatus(
            director: "lb1",
            version: "1",
            configurationGeneration: 1,
            configurationAge: 0,
            isStopping: false,
            routers: [],
            services: [service],
            realServers: [],
            probes: [],
        )
        var router = VirtualRouterSettings(
            name: "lan",
            virtualRouterIdentifier: 51,
            interface: "eth0",
            addresses: [Prefix("192.0.2.100/24")].compactMap { $0 }
        )
        router.tracks = [TrackSettings(.service("http"), .fault)]
        var tracking = ServiceTracking()
        return tracking.changes(in: status, ElectionSettings(routers: [router]), at: now)?.first
    }

    @Test(arguments: [DestinationState.draining, .drained, .maintenance])
    func `what an operator or an agent takes out of service is no failure`(_ state: DestinationState) {
        #expect(Self.failure(Self.service([Self.server(state), Self.server(state)])) == nil)
        #expect(Self.failure(Self.service([Self.server(state, .agentDraining), Self.server(.drained)])) == nil)
        #expect(Self.failure(Self.service([Self.server(state)], .unavailable)) == nil)
        // A sorry server that is down is not meant to serve yet.
        #expect(Self.failure(Self.service([Self.server(state), Self.server(.down, role: .sorry)])) == nil)
    }

    @Test func `a quorum that is lost by what was taken out is no failure, and one that is lost by a failure is`() {
        let up = Self.server(.up, .passing, weight: 1)
        let out = Self.service([up, Self.server(.drained), Self.server(.maintenance)], .unavailable)
        #expect(out.state == .down && out.reason == .quorumLost)
        #expect(Self.failure(out) == nil)
        let failed = Self.service([up, Self.server(.drained), Self.server(.down, .probeRefused)], .unavailable)
        #expect(Self.failure(failed) == .init(.service("http"), "down: quorum-lost"))
        let short = Self.service([up], .unavailable)
        #expect(Self.failure(short) == .init(.service("http"), "down: quorum-lost"))
    }

    @Test func `real servers that fail are a failure, also beside what was taken out`() {
        let down = Self.server(.down, .probeRefused)
        #expect(Self.failure(Self.service([down, down])) == .init(.service("http"), "down: probe-refused"))
        for state in [DestinationState.drained, .maintenance] {
            let service = Self.service([Self.server(state), down])
            #expect(service.state == state)
            #expect(Self.failure(service) == .init(.service("http"), "down: probe-refused"))
        }
    }

    @Test func `while connections are drained, a failure of the rest weakens and takes nobody out`() {
        let service = Self.service([Self.server(.draining), Self.server(.down, .probeRefused)])
        #expect(Self.failure(service) == .init(.service("http"), "down: probe-refused", isAnswered: true))
    }

    @Test func `a service that the kernel lacks is a failure, whatever was taken out`() {
        let lacking = Self.service([Self.server(.draining)], isApplied: false)
        #expect(Self.failure(lacking) == .init(.service("http"), "down: dataplane-diverged"))
    }

    @Test func `what serves or is not known yet is none`() {
        #expect(Self.failure(Self.service([Self.server(.up, .passing), Self.server(.down)])) == nil)
        #expect(Self.failure(Self.service([Self.server(.unknown, .awaitingResults), Self.server(.down)])) == nil)
    }
}
