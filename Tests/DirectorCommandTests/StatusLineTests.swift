import Primitives
import Testing

@testable import DirectorCommand
@testable import DirectorCore

@Suite struct StatusLineTests {
    static let start = MonotonicInstant(nanoseconds: 1_000_000_000)

    @Test func `speaks when something has changed, at most once a second`() {
        let core = ClusterCore(seed: 1)
        var line = StatusLine()
        #expect(line.isDue(at: Self.start))
        var status = core.status(at: Self.start)
        status.services = [
            ServiceStatus(
                name: "web",
                protocol: "tcp",
                endpoint: "192.0.2.100:80",
                scheduler: "rr",
                persistenceTimeout: 0,
                isApplied: true,
                destinations: [],
            )
        ]
        let text8 = line.next(status, at: Self.start)
        #expect(text8 == "web 0/0 up")
        #expect(line.deadline == Self.start + .seconds(1))
        #expect(!line.isDue(at: Self.start + .milliseconds(999)))
        let text9 = line.next(status, at: Self.start + .seconds(1))
        #expect(text9 == nil)
    }

    @Test func `lets the outcome of a reload stand and comes back by itself`() {
        let core = ClusterCore(seed: 1)
        var status = core.status(at: Self.start)
        status.routers = []
        var line = StatusLine()
        _ = line.next(status, at: Self.start)
        line.hold("the new configuration is in force", at: Self.start)
        #expect(!line.isDue(at: Self.start + .milliseconds(4999)))
        #expect(line.isDue(at: Self.start + .seconds(5)))
        let text10 = line.next(status, at: Self.start + .seconds(5))
        #expect(text10 != nil)
    }
}
