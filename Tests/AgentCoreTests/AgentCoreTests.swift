import AgentCore
import AgentProtocol
import Primitives
import Testing

@Suite struct AgentCoreTests {
    private let vip = Bench.vip
    private let vipText = "192.0.2.10/32"

    /// An agent that both directors want to hold the VIP, with a web server.
    private func serving() throws -> (Bench, UInt64, UInt64) {
        let bench = Bench()
        bench.host.listeners = [Bench.web.endpoint]
        bench.host.routes = [.init(destination: nil, gateway: Bench.address("192.0.2.1"), interface: "eth0")]
        try bench.start()
        let first = try bench.connect(0)
        let second = try bench.connect(1)
        try bench.desire(first, [vip])
        try bench.desire(second, [vip])
        try bench.advance(.seconds(2))
        return (bench, first, second)
    }

    @Test func `starts with sysctls, then addresses, then the listener, then readiness`() throws {
        let bench = Bench()
        bench.settings.pinnedAddresses = [vip]
        try bench.start()
        let order = bench.effects.compactMap { effect -> String? in
            switch effect {
            case .save: "save"
            case .writeSysctl: "sysctl"
            case .addAddress: "address"
            case .listen: "listen"
            case .ready: "ready"
            default: nil
            }
        }
        #expect(order == ["save", "sysctl", "sysctl", "address", "listen", "ready"])
        #expect(bench.host.value("all", .arpIgnore) == 1)
        #expect(bench.host.value("all", .arpAnnounce) == 2)
        #expect(bench.host.value("eth0", .arpIgnore) == 0, "all covers it")
    }

    @Test func `with nothing known it listens, is ready and waits`() throws {
        let bench = Bench()
        try bench.start()
        #expect(bench.effects.contains(.ready))
        #expect(bench.host.ours.isEmpty)
        #expect(bench.deadline != nil)
    }

    @Test(arguments: [(0, 7, 0), (0, 3, 0), (4, 0, 0), (1, 0, 0), (2, 0, 0), (8, 0, 0), (0, 1, 0), (0, 2, 3)])
    func `makes the effective arp_ignore and arp_announce silent`(all: Int, own: Int, announce: Int) throws {
        let bench = Bench()
        bench.host.sysctls[.init(interface: "all", name: .arpIgnore)] = all
        bench.host.sysctls[.init(interface: "eth0", name: .arpIgnore)] = own
        bench.host.sysctls[.init(interface: "eth1", name: .arpAnnounce)] = announce
        try bench.start()
        for interface in ["eth0", "eth1"] {
            for name in SysctlKey.Name.allCases {
                let effective = max(
                    bench.host.value("all", name) ?? -1,
                    bench.host.value(interface, name) ?? -1,
                )
                #expect(name.isSilent(effective), "\(name) on \(interface) is \(effective)")
            }
        }
    }

    @Test func `holds what directors want and reports it`() throws {
        let (bench, first, second) = try serving()
        #expect(bench.host.ours == [FakeHost.prefix(vipText)])
        for connection in [first, second] {
            #expect(bench.fact(.vipBound, connection, .address(vip))?.verdict == .holds)
            #expect(bench.fact(.prefixExact, connection, .address(vip))?.verdict == .holds)
            #expect(bench.fact(.arpSilent, connection)?.verdict == .holds)
            #expect(bench.fact(.arpAnnounce, connection)?.verdict == .holds)
            #expect(bench.fact(.reversePathOK, connection)?.verdict == .holds)
            #expect(bench.fact(.realAddressOnLink, connection)?.verdict == .holds)
            #expect(bench.fact(.listenerPresent, connection, .service(Bench.web))?.verdict == .holds)
            #expect(bench.fact(.localProbe, connection, .service(Bench.web))?.verdict == .holds)
            #expect(bench.fact(.draining, connection) == nil)
        }
    }

    @Test func `refuses what its file does not allow, and says so`() throws {
        let (bench, first, _) = try serving()
        let stranger = Bench.address("198.51.100.1")
        try bench.desire(first, [vip, stranger], generation: 2)
        #expect(bench.host.ours == [FakeHost.prefix(vipText)])
        #expect(bench.fact(.vipBound, first, .address(stranger))?.verdict == .violated)
        #expect(bench.status.addresses.contains { $0.address == "198.51.100.1" && $0.state == "refused" })
        #expect(bench.changes.contains(.addressRefused(stranger)))
    }

    @Test func `holds IPv6 addresses as host prefixes`() throws {
        let (bench, first, _) = try serving()
        let six = Bench.address("2001:db8::10")
        try bench.desire(first, [vip, six], generation: 2)
        #expect(bench.host.ours == [FakeHost.prefix(vipText), FakeHost.prefix("2001:db8::10/128")])
    }

    @Test func `puts back what somebody removed, telling the directors first`() throws {
        let (bench, first, _) = try serving()
        bench.host.drop(vipText)
        bench.effects = []
        try bench.send(.hostChanged(.addresses))
        #expect(bench.host.ours == [FakeHost.prefix(vipText)])
        let told = bench.effects.firstIndex { if case .send = $0 { true } else { false } }
        let added = bench.effects.firstIndex(of: .addAddress(vip))
        #expect(try #require(told) < #require(added))
        let reports = (bench.linkEvents[first] ?? []).suffix(2).compactMap { event -> FactVerdict? in
            guard case .reported(let report) = event else { return nil }
            return report.facts.first { $0.kind == .vipBound }?.verdict
        }
        #expect(reports == [.violated, .holds])
    }

    @Test func `adds the host prefix and removes the network that somebody put in its place`() throws {
        let (bench, first, _) = try serving()
        bench.host.drop(vipText)
        bench.host.hold("192.0.2.10/24")
        try bench.send(.hostChanged(.addresses))
        #expect(bench.host.ours == [FakeHost.prefix(vipText)])
        #expect(!bench.host.held.contains { $0.prefix == FakeHost.prefix("192.0.2.10/24") })
        #expect(bench.changes.contains(.addressRemoved(vip, .wrongPrefix)))
        let seen = (bench.linkEvents[first] ?? []).contains { event in
            guard case .reported(let report) = event else { return false }
            return report.facts.contains {
                $0.kind == .prefixExact && $0.verdict == .violated && $0.evidence == "192.0.2.10/24 on lo"
            }
        }
        #expect(seen)
    }

    @Test func `leaves alone what is not its own`() throws {
        let (bench, _, _) = try serving()
        bench.host.hold("192.0.2.77/32")
        let foreign = bench.host.held.filter { !$0.isOurs }
        try bench.advance(.seconds(3))
        try bench.send(.releaseRequested(deadline: .zero))
        try bench.advance(.seconds(3))
        #expect(bench.host.held == foreign)
    }

    @Test func `an address that stands there without the mark is used and never removed`() throws {
        let bench = Bench()
        bench.host.hold(vipText)
        bench.settings.pinnedAddresses = [vip]
        try bench.start()
        let first = try bench.connect(0)
        #expect(bench.host.ours.isEmpty)
        #expect(bench.fact(.vipBound, first, .address(vip))?.verdict == .holds)
        try bench.send(.releaseRequested(deadline: .zero))
        try bench.advance(.seconds(3))
        #expect(bench.host.held.contains { $0.prefix == FakeHost.prefix(vipText) })
        #expect(bench.host.value("all", .arpIgnore) == 1, "nobody may answer ARP for what stays")
    }

    @Test func `a VIP on an interface is reported, not removed`() throws {
        let (bench, first, _) = try serving()
        bench.host.hold("192.0.2.10/24", on: "eth0")
        try bench.send(.hostChanged(.addresses))
        #expect(bench.fact(.arpSilent, first, .address(vip))?.verdict == .violated)
        #expect(bench.host.held.contains { $0.interface == "eth0" && $0.prefix.address == vip })
    }

    @Test func `an address without its local route is added anew`() throws {
        let (bench, _, _) = try serving()
        bench.host.undelivered = [vip]
        try bench.advance(.seconds(1))
        #expect(bench.host.undelivered.isEmpty)
        #expect(bench.changes.contains(.addressRemoved(vip, .undelivered)))
    }

    @Test func `resets a sysctl within a second and tells what it was`() throws {
        let (bench, first, _) = try serving()
        let key = SysctlKey(interface: "eth0", name: .arpIgnore)
        bench.host.sysctls[.init(interface: "all", name: .arpIgnore)] = 0
        bench.host.sysctls[key] = 5
        try bench.advance(.seconds(1))
        #expect(bench.host.value("all", .arpIgnore) == 1)
        #expect(bench.host.value("eth0", .arpIgnore) == 1)
        #expect(bench.changes.contains(.sysctlWritten(key, before: 5, after: 1)))
        #expect(bench.fact(.arpSilent, first)?.verdict == .holds)
    }

    @Test func `pauses repairs that are undone as fast as they are made`() throws {
        let (bench, first, _) = try serving()
        bench.effects = []
        for _ in 0..<100 {
            bench.host.drop(vipText)
            try bench.send(.hostChanged(.addresses))
        }
        #expect(bench.effects.count { $0 == .addAddress(vip) } <= 21)
        #expect(bench.changes.contains(.repairsPaused))
        #expect(bench.fact(.vipBound, first, .address(vip))?.verdict == .violated)
        try bench.advance(.seconds(2))
        #expect(bench.fact(.vipBound, first, .address(vip))?.verdict == .holds)
    }

    @Test func `a listener that dies is reported at once, and its return probed at once`() throws {
        let (bench, first, _) = try serving()
        bench.host.listeners = []
        try bench.send(.hostChanged(.listeners))
        #expect(bench.fact(.listenerPresent, first, .service(Bench.web))?.verdict == .violated)
        try bench.advance(.seconds(2))
        #expect(bench.fact(.localProbe, first, .service(Bench.web))?.verdict == .violated)
        bench.host.listeners = [Bench.web.endpoint]
        try bench.send(.hostChanged(.listeners))
        try bench.advance(.zero)
        #expect(bench.fact(.localProbe, first, .service(Bench.web))?.verdict == .holds)
    }

    @Test(arguments: [("0.0.0.0:80", true), ("[::]:80", false), ("192.0.2.21:80", false), ("192.0.2.10:81", false)])
    func `knows which listener serves the address`(listener: String, serves: Bool) throws {
        let (bench, first, _) = try serving()
        bench.host.listeners = [try #require(Endpoint(listener))]
        try bench.advance(.seconds(1))
        let verdict = bench.fact(.listenerPresent, first, .service(Bench.web))?.verdict
        #expect(verdict == (serves ? .holds : .violated))
    }

    @Test(arguments: ["192.0.2.11", "192.0.2.10"]) func `a default route by a director is a wrong reverse path`(
        gateway: String
    ) throws {
        let (bench, first, _) = try serving()
        bench.host.routes = [.init(destination: nil, gateway: Bench.address(gateway), interface: "eth0")]
        try bench.advance(.seconds(1))
        #expect(bench.fact(.reversePathOK, first)?.verdict == .violated)
    }

    @Test func `a director behind a router is not on the link`() throws {
        let (bench, first, _) = try serving()
        bench.host.routes = [
            .init(destination: Bench.remotes[0], gateway: Bench.address("192.0.2.1"), interface: "eth0")
        ]
        try bench.advance(.seconds(1))
        #expect(bench.fact(.realAddressOnLink, first)?.verdict == .violated)
        #expect(bench.fact(.reversePathOK, first)?.verdict == .unknown, "there is no default route")
    }

    @Test func `an address that cannot be added is violated with the kernel's words, and tried again`() throws {
        let bench = Bench()
        bench.host.refusesAddresses = true
        bench.settings.pinnedAddresses = [vip]
        try bench.start()
        let first = try bench.connect(0)
        let fact = bench.fact(.vipBound, first, .address(vip))
        #expect(fact?.verdict == .violated && fact?.evidence.contains("not permitted") == true)
        #expect(bench.status.failures.map(\.subject) == ["192.0.2.10"])
        try bench.advance(.seconds(3))
        #expect(bench.changes.count { if case .failed = $0 { true } else { false } } == 1, "told once")
        bench.host.refusesAddresses = false
        try bench.advance(.seconds(1))
        #expect(bench.fact(.vipBound, first, .address(vip))?.verdict == .holds)
        #expect(bench.status.failures.isEmpty)
    }

    @Test func `a status says who wants what, since when, and why`() throws {
        let (bench, first, _) = try serving()
        bench.sessions[first]?.show(View(entries: [.init(service: Bench.web, weight: 3, reason: "healthy")]))
        try bench.exchange(first)
        let status = bench.status
        #expect(status.phase == "running" && status.isListening)
        #expect(status.addresses.map(\.wantedBy) == [["lb1", "lb2"]])
        #expect(status.directors.map(\.isConnected) == [true, true])
        #expect(status.directors.first?.view.map(\.weight) == [3])
        #expect(status.facts.allSatisfy { $0.age >= 0 })
    }
}
