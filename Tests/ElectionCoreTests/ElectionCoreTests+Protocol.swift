import DirectorCore
import Primitives
import Testing
import VRRP

/// What the configuration can say about the protocol: version 2 with its password, unicast, the preemption delay.
@Suite struct ElectionProtocolTests {
    static var version2: VirtualRouterSettings {
        var settings = Bench.settings()
        settings.version = .version2
        settings.advertisementInterval = .seconds(1)
        settings.authentication = Authentication(password: "s3cret") ?? .none
        return settings
    }

    static func unicast(minimumTimeToLive: UInt8 = 255) -> VirtualRouterSettings {
        var settings = Bench.settings()
        settings.unicast = UnicastSettings(peers: [Bench.peer, .v4(IPv4Address(192, 0, 2, 4))])
        settings.unicast?.minimumTimeToLive = minimumTimeToLive
        return settings
    }

    @Test func `version 2 takes over after three seconds and the skew, with its password`() throws {
        let bench = Bench().started(Self.version2)
        bench.converge()
        bench.pass(.seconds(3) + .seconds(1) * 156 / 256 - .milliseconds(1))
        #expect(bench.state == .backup)
        let effects = bench.pass(.milliseconds(1))
        #expect(bench.state == .active)
        let word = effects.first { if case .sendAdvertisement = $0 { true } else { false } }
        guard case .sendAdvertisement(_, let source, let destination, let payload, _, _) = word else {
            Issue.record("no advertisement in \(effects)")
            return
        }
        #expect(payload.count == 20)
        let sent = try Advertisement.decode(payload[...], from: source, to: destination).advertisement
        #expect(sent.form == .version2(advertisementInterval: 1, authentication: Self.version2.authentication))
    }

    @Test func `version 2 obeys the right password and counts the wrong one`() {
        let bench = Bench().started(Self.version2)
        bench.converge()
        bench.pass(.seconds(2))
        bench.hear(200, Self.version2)
        #expect(bench.router?.activePriority == 200)
        var other = Self.version2
        other.authentication = Authentication(password: "wrong") ?? .none
        let before = bench.core.deadline
        bench.pass(.seconds(1))
        bench.hear(255, other)
        other.authentication = .none
        bench.hear(255, other)
        #expect(bench.core.deadline == before)
        #expect(bench.router?.statistics.rejections[.authenticationFailed] == 1)
        #expect(bench.router?.statistics.rejections[.wrongAuthenticationType] == 1)
    }

    @Test func `version 2, an address that one director has first, moves nothing and is named`() {
        let two = ["192.0.2.100/24", "192.0.2.101/24"]
        var wider = Self.version2
        wider.addresses = two.compactMap { Prefix($0) }
        // The other director was reloaded first, and then this one.
        let standby = Bench().started(Self.version2)
        standby.converge()
        for _ in 0..<10 {
            standby.hear(200, wider)
            standby.pass(.seconds(1))
        }
        #expect(standby.state == .backup)
        #expect(standby.router?.findings == [.addressListMismatch(from: Bench.peer)])
        standby.handle(.configurationReplaced(ElectionSettings(routers: [wider])))
        standby.hear(200, wider)
        #expect(standby.router?.findings == [])
        // An Active Router steps back from its better as ever.
        let active = Bench.active(Self.version2)
        active.hear(200, wider)
        #expect(active.state == .backup)
        #expect(active.router?.findings == [.addressListMismatch(from: Bench.peer)])
    }

    @Test func `the checksum is sent as configured and understood either way`() {
        for form in ChecksumForm.allCases {
            var settings = Bench.settings()
            settings.checksumForm = form
            let bench = Bench.active(settings)
            let sent = bench.pass(.milliseconds(100)).first { if case .sendAdvertisement = $0 { true } else { false } }
            guard case .sendAdvertisement(_, let source, let destination, let payload, _, _) = sent else {
                Issue.record("no advertisement")
                return
            }
            let decoded = try? Advertisement.decode(payload[...], from: source, to: destination)
            #expect(decoded?.checksumForm == form)
        }
    }

    @Test func `a unicast router sends one packet to each peer, with its own address in the checksum`() {
        let bench = Bench().started(Self.unicast())
        bench.converge()
        let effects = bench.expire()
        let destinations = effects.compactMap { effect -> IPAddress? in
            guard case .sendAdvertisement(_, let source, let destination, let payload, _, _) = effect else {
                return nil
            }
            #expect(throws: Never.self) { try Advertisement.decode(payload[...], from: source, to: destination) }
            #expect(throws: Rejection.wrongChecksum) {
                try Advertisement.decode(payload[...], from: source, to: Bench.group)
            }
            return destination
        }
        #expect(destinations == [Bench.peer, .v4(IPv4Address(192, 0, 2, 4))])
        #expect(bench.router?.statistics.advertisementsSent == 1)
    }

    @Test func `a unicast router hears its peers alone`() {
        let bench = Bench().started(Self.unicast())
        bench.converge()
        let own = IPAddress.v4(Bench.own)
        let stranger = IPAddress.v4(IPv4Address(192, 0, 2, 9))
        let before = bench.core.deadline
        bench.hear(200)
        bench.hear(200, from: stranger, to: own)
        bench.hear(200, from: Bench.peer, to: own, timeToLive: 254)
        #expect(bench.core.deadline == before)
        #expect(bench.router?.statistics.rejections[.wrongDestination] == 1)
        #expect(bench.router?.statistics.rejections[.unknownPeer] == 1)
        #expect(bench.wholeReport.rejections[.wrongTimeToLive] == 1)
        bench.pass(.milliseconds(1))
        bench.hear(200, from: Bench.peer, to: own)
        #expect(bench.router?.activeRouter == Bench.peer)
        #expect(bench.core.deadline != before)
    }

    @Test func `a smaller TTL is accepted where it is configured, for that router alone`() {
        let far = Self.unicast(minimumTimeToLive: 250)
        let near = Bench.settings("near", identifier: 52, addresses: ["192.0.2.101/24"])
        let bench = Bench().started(far, near)
        bench.converge()
        let own = IPAddress.v4(Bench.own)
        bench.hear(200, from: Bench.peer, to: own, timeToLive: 249)
        #expect(bench.router?.activeRouter == nil)
        bench.hear(200, from: Bench.peer, to: own, timeToLive: 250)
        #expect(bench.router?.activeRouter == Bench.peer)
        bench.hear(200, timeToLive: 254, near)
        let other = bench.wholeReport.routers[1]
        #expect(other.activeRouter == nil)
        #expect(other.statistics.rejections[.wrongTimeToLive] == 1)
        #expect(bench.wholeReport.rejections[.wrongTimeToLive] == 1)
    }

    static func delayed(_ delay: Interval) -> VirtualRouterSettings {
        var settings = Bench.settings(priority: 200)
        settings.preemptDelay = delay
        return settings
    }

    /// Hears an advertisement every 100 ms until the router is Active, and says how long that took.
    private func timeToPreempt(_ bench: Bench, hearing priority: UInt8 = 100, atMost limit: Int = 200) -> Interval {
        let start = bench.now
        for _ in 0..<limit where bench.state != .active {
            bench.hear(priority)
            bench.pass(.milliseconds(100))
        }
        return bench.now - start
    }

    @Test func `preemption waits for its delay, and no longer without one`() {
        let prompt = Bench().started(Self.delayed(.zero))
        prompt.converge()
        #expect(timeToPreempt(prompt) <= .milliseconds(400))
        let patient = Bench().started(Self.delayed(.seconds(5)))
        patient.converge()
        let time = timeToPreempt(patient)
        #expect(time >= .seconds(5))
        #expect(time <= .milliseconds(5_500))
        #expect(patient.router?.reason == .preemption)
    }

    @Test func `a silent Active Router is replaced without the delay`() {
        let bench = Bench().started(Self.delayed(.seconds(5)))
        bench.converge()
        bench.hear(100)
        bench.pass(.milliseconds(400))
        #expect(bench.state == .active)
        #expect(bench.router?.reason == .activeRouterSilent)
    }

    @Test func `a higher Active Router in between starts the delay anew`() {
        let bench = Bench().started(Self.delayed(.seconds(5)))
        bench.converge()
        #expect(timeToPreempt(bench, atMost: 40) == .seconds(4))
        bench.hear(201)
        bench.pass(.milliseconds(100))
        #expect(timeToPreempt(bench) >= .seconds(5))
    }
}
