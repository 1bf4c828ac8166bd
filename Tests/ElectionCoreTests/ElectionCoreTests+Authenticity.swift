import DirectorCore
import Primitives
import Testing
import VRRP

/// Who may move the addresses where advertisements are signed: every mode with every cause.
@Suite struct ElectionAuthenticityTests {
    static let epoch: Int64 = 1_800_000_000_000_000_000

    static func settings(_ mode: AuthenticitySettings.Mode, priority: UInt8 = 100) -> VirtualRouterSettings {
        var settings = Bench.settings(priority: priority)
        settings.authenticity = AuthenticitySettings(
            mode: mode,
            sendKey: 1,
            keys: [.init(identifier: 1, secret: Array(repeating: 7, count: 32))]
        )
        return settings
    }

    /// An election whose wall clock is right.
    static func bench(_ mode: AuthenticitySettings.Mode, priority: UInt8 = 100) -> Bench {
        let bench = Bench()
        bench.handle(.clockRead(realTimeNanoseconds: epoch))
        bench.started(settings(mode, priority: priority))
        bench.converge()
        return bench
    }

    static func active(_ mode: AuthenticitySettings.Mode) -> Bench {
        let bench = bench(mode)
        bench.expire()
        bench.converge()
        return bench
    }

    /// The peer's verdict with a stamp so far from the bench's present.
    static func verified(_ bench: Bench, _ offset: Interval = .zero) -> AuthenticityVerdict {
        let elapsed = (bench.now - Bench.start).nanoseconds
        return .verified(.init(keyIdentifier: 1, stamp: .init(nanoseconds: epoch + elapsed + offset.nanoseconds)))
    }

    static func hear(
        _ bench: Bench,
        _ priority: UInt8,
        _ verdict: AuthenticityVerdict,
        path: ReceivedPacket.Path = .rawSocket,
    ) {
        var packet = ReceivedPacket(
            interface: "eth0",
            payload: bench.advertisement(priority),
            source: Bench.peer,
            destination: Bench.group,
            timeToLive: 255,
            receivedAt: bench.now,
            path: path
        )
        packet.authenticity = verdict
        if path == .packetSocket { packet.linkSource = Bench.peerMAC }
        bench.handle(.packetReceived(packet))
    }

    static let failures: [AuthenticityVerdict] = [
        .absent, .failed(.malformed), .failed(.unknownKey), .failed(.invalid),
    ]

    @Test(arguments: failures, [UInt8(255), 0])
    func `enforcement keeps a forger from moving the addresses`(_ verdict: AuthenticityVerdict, _ priority: UInt8) {
        let bench = Self.active(.enforce)
        let effects = bench.handle(.deadlineReached)
        #expect(effects.frames == [])
        Self.hear(bench, priority, verdict, path: .packetSocket)
        Self.hear(bench, priority, verdict)
        #expect(bench.state == .active)
        #expect(bench.router?.statistics.rejections[.notAuthentic] == 1)
        #expect(bench.router?.statistics.advertisementsReceived == 0)
        guard case .unverifiedAdvertisement(let finding) = bench.router?.findings.first else {
            Issue.record("nothing is named in \(String(describing: bench.router?.findings))")
            return
        }
        #expect(finding.source == Bench.peer)
        #expect(finding.mac == Bench.peerMAC)
        #expect(finding.priority == priority)
        #expect(finding.isRefused)
        bench.pass(.seconds(61))
        #expect(bench.router?.findings == [])
    }

    @Test func `a forged priority 0 does not make a Backup take over early`() {
        let bench = Self.bench(.enforce)
        Self.hear(bench, 200, Self.verified(bench))
        let before = bench.core.deadline
        bench.pass(.milliseconds(10))
        Self.hear(bench, 0, .absent)
        Self.hear(bench, 0, .failed(.invalid))
        #expect(bench.core.deadline == before)
        // The true one does.
        Self.hear(bench, 0, Self.verified(bench))
        #expect(bench.core.deadline != before)
    }

    @Test func `a holder of the key moves the addresses`() {
        let bench = Self.active(.enforce)
        Self.hear(bench, 200, Self.verified(bench))
        #expect(bench.state == .backup)
        #expect(bench.router?.statistics.authenticity.verified == 1)
        #expect(bench.router?.findings == [])
    }

    @Test func `a repetition is refused at once, and later as well`() {
        let bench = Self.bench(.enforce)
        let recorded = Self.verified(bench)
        Self.hear(bench, 200, recorded)
        let before = bench.core.deadline
        bench.pass(.milliseconds(50))
        Self.hear(bench, 200, recorded)
        #expect(bench.core.deadline == before)
        #expect(bench.router?.statistics.authenticity[.replay] == 1)
        bench.pass(.seconds(60))
        #expect(bench.state == .active)
        Self.hear(bench, 200, recorded)
        #expect(bench.state == .active)
        #expect(bench.router?.statistics.authenticity[.stale] == 1)
    }

    @Test func `the copy on the packet socket is no repetition of what the raw socket delivers`() {
        let bench = Self.bench(.enforce)
        let verdict = Self.verified(bench)
        Self.hear(bench, 200, verdict, path: .packetSocket)
        Self.hear(bench, 200, verdict)
        #expect(bench.router?.statistics.authenticity.verified == 1)
        #expect(bench.router?.activePriority == 200)
        bench.pass(.milliseconds(300))
        #expect(bench.router?.findings == [])
    }

    @Test(arguments: [
        (Interval.seconds(5), true), (.seconds(-5), true), (.milliseconds(5_001), false),
        (.milliseconds(-5_001), false),
    ])
    func `a stranger's clock may be off by the window`(_ offset: Interval, _ isAccepted: Bool) {
        let bench = Self.bench(.enforce)
        Self.hear(bench, 200, Self.verified(bench, offset))
        #expect((bench.router?.activePriority == 200) == isAccepted)
        #expect(bench.router?.statistics.authenticity[.stale] == (isAccepted ? 0 : 1))
    }

    @Test(arguments: [Interval.seconds(3_600), .seconds(-3_600)])
    func `a step of one's own clock does not make the peer a stranger`(_ step: Interval) {
        let bench = Self.bench(.enforce)
        for count in 0..<50 {
            if count == 20 {
                let elapsed = (bench.now - Bench.start).nanoseconds
                bench.handle(.clockRead(realTimeNanoseconds: Self.epoch + elapsed + step.nanoseconds))
            }
            Self.hear(bench, 200, Self.verified(bench))
            bench.pass(.milliseconds(100))
        }
        #expect(bench.state == .backup)
        #expect(bench.router?.statistics.authenticity.verified == 50)
    }

    @Test func `stamps grow with every packet, through a clock that is set back`() {
        let bench = Self.bench(.permissive)
        var stamps: [AuthenticityTrailer.Stamp] = []
        for count in 0..<30 {
            if count == 10 { bench.handle(.clockRead(realTimeNanoseconds: Self.epoch - 1_000_000_000_000)) }
            for effect in bench.pass(.milliseconds(100)) {
                guard case .sendAdvertisement(_, _, _, _, let trailer, _) = effect else { continue }
                #expect(trailer?.keyIdentifier == 1)
                if let trailer { stamps.append(trailer.stamp) }
            }
        }
        #expect(stamps.count > 20)
        for (earlier, later) in zip(stamps, stamps.dropFirst()) { #expect(earlier < later) }
        // Set back or not, a second is a second.
        let span = (stamps.last?.nanoseconds ?? 0) - (stamps.first?.nanoseconds ?? 0)
        #expect(span <= 3_000_000_000)
    }

    @Test(arguments: [true, false])
    func `stamps of the future end once a lesser router goes on in spite of them`(goesOn: Bool) {
        let bench = Bench()
        bench.handle(.clockRead(realTimeNanoseconds: Self.epoch + 3_600_000_000_000))
        bench.started(Self.settings(.enforce))
        bench.converge()
        bench.expire()
        bench.converge()
        #expect(bench.state == .active)
        func isAhead(_ effects: [ElectionEffect]) -> Bool? {
            effects.compactMap { effect -> Bool? in
                guard case .sendAdvertisement(_, _, _, _, let trailer?, _) = effect else { return nil }
                let present = Self.epoch + (bench.now - Bench.start).nanoseconds
                return trailer.stamp.nanoseconds > present + 5_000_000_000
            }.last
        }
        #expect(isAhead(bench.pass(.milliseconds(100))) == true)
        let elapsed = (bench.now - Bench.start).nanoseconds
        bench.handle(.clockRead(realTimeNanoseconds: Self.epoch + elapsed))
        #expect(isAhead(bench.pass(.milliseconds(100))) == true, "whoever believes it expects that")
        var last: Bool?
        for _ in 0..<10 {
            if goesOn { Self.hear(bench, 50, Self.verified(bench)) }
            last = isAhead(bench.pass(.milliseconds(100))) ?? last
        }
        #expect(last == !goesOn)
        #expect(bench.state == .active)
        // A clock that is set forward later takes the stamps along, or whoever goes by its own would refuse them.
        let leap: Int64 = 7_200_000_000_000
        bench.handle(.clockRead(realTimeNanoseconds: Self.epoch + (bench.now - Bench.start).nanoseconds + leap))
        let stamps = bench.pass(.milliseconds(100)).compactMap { effect -> Int64? in
            guard case .sendAdvertisement(_, _, _, _, let trailer?, _) = effect else { return nil }
            return trailer.stamp.nanoseconds
        }
        #expect(stamps.allSatisfy { $0 >= Self.epoch + leap } && !stamps.isEmpty)
    }

    @Test func `each peer of a unicast router gets a stamp of its own`() {
        var settings = Self.settings(.enforce)
        settings.unicast = UnicastSettings(peers: [Bench.peer, .v4(IPv4Address(192, 0, 2, 4))])
        let bench = Bench()
        bench.handle(.clockRead(realTimeNanoseconds: Self.epoch))
        bench.started(settings)
        bench.converge()
        let stamps = bench.expire().compactMap { effect -> Int64? in
            guard case .sendAdvertisement(_, _, _, _, let trailer, _) = effect else { return nil }
            return trailer?.stamp.nanoseconds
        }
        #expect(stamps.count == 2)
        #expect(Set(stamps).count == 2)
    }

    @Test(arguments: [AuthenticitySettings.Mode.receiveOnly, .permissive], failures)
    func `before enforcement everybody counts, and who cannot be verified is named`(
        _ mode: AuthenticitySettings.Mode,
        _ verdict: AuthenticityVerdict,
    ) {
        let bench = Self.bench(mode)
        Self.hear(bench, 200, verdict)
        // Octets that are no trailer make the message too long in every mode.
        let isMalformed = verdict == .failed(.malformed)
        #expect((bench.router?.activePriority == 200) == !isMalformed)
        let names = bench.router?.findings.contains { if case .unverifiedAdvertisement = $0 { true } else { false } }
        #expect(names == (verdict != .absent))
    }

    @Test func `the steps of a roll-out sign as they should`() {
        for mode in AuthenticitySettings.Mode.allCases {
            let bench = Self.bench(mode)
            let signed = bench.expire().contains { effect in
                guard case .sendAdvertisement(_, _, _, _, let trailer, _) = effect else { return false }
                return trailer != nil
            }
            #expect(signed == (mode != .receiveOnly))
        }
    }
}
