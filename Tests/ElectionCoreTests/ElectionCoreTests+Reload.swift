import DirectorCore
import Primitives
import Testing
import VRRP

extension ElectionCoreTests {
    @Test func `a reload changes what differs and nothing else`() {
        let bench = Bench.active()
        let before = bench.core.deadline
        #expect(bench.handle(.configurationReplaced(ElectionSettings(routers: [Bench.settings()]))) == [])
        #expect(bench.core.deadline == before)
        let two = [
            Bench.settings(addresses: ["192.0.2.100/24", "192.0.2.101/24"]),
            Bench.settings("b", identifier: 7, addresses: ["192.0.2.7/24"]),
        ]
        let effects = bench.handle(.configurationReplaced(ElectionSettings(routers: two)))
        #expect(effects.priorities == [])
        #expect(bench.demand?.entries.map(\.disposition) == [.present, .present, .asFound])
        #expect(bench.converge().frames.count == 2, "the new address is announced with the old one")
        #expect(bench.wholeReport.routers.map(\.state) == [.active, .backup])
        // The first is removed: it gives up, and the demand does not name its addresses any more.
        let removal = bench.handle(.configurationReplaced(ElectionSettings(routers: [two[1]])))
        #expect(removal.priorities == [0])
        #expect(bench.demand?.entries.map { "\($0.prefix)" } == ["192.0.2.7/24"])
    }

    @Test func `a wrong reload is refused whole`() {
        let bench = Bench.active()
        let wrong = [Bench.settings(priority: 50), Bench.settings("lan", identifier: 7)]
        let effects = bench.handle(.configurationReplaced(ElectionSettings(routers: wrong)))
        #expect(effects.count == 1)
        #expect(bench.report?.refusedSettings == .duplicateName("lan"))
        #expect(bench.router?.priority == 100)
        #expect(bench.state == .active)
        let twice = [Bench.settings(), Bench.settings("b")]
        bench.handle(.configurationReplaced(ElectionSettings(routers: twice)))
        #expect(bench.report?.refusedSettings == .duplicateRouter("b"))
        let shared = [Bench.settings(), Bench.settings("b", identifier: 7)]
        #expect(
            ElectionSettings(routers: shared).firstProblem() == .duplicateAddress("b", .v4(IPv4Address(192, 0, 2, 100)))
        )
        bench.handle(.configurationReplaced(ElectionSettings(routers: [Bench.settings(priority: 50)])))
        #expect(bench.report?.refusedSettings == nil)
        #expect(bench.router?.priority == 50)
    }
}
