import Primitives
import Testing
import VRRP

/// Demands of RFC 9568 and RFC 3768 that no row of the state machine and no cause of refusal shows by itself.
@Suite(.tags(.rfc9568))
struct RequirementTests {
    typealias Rows = VirtualRouterTests

    static func version2(_ priority: UInt8 = 100, interval: Interval = .seconds(2)) -> VirtualRouterSettings {
        var settings = Rows.settings(priority)
        settings.version = .version2
        settings.advertisementInterval = interval
        return settings
    }

    /// A version 2 router in Backup, started at `Rows.start`.
    static func backup2(_ priority: UInt8 = 100) -> Subject {
        let router = Subject(version2(priority), at: Rows.start)
        _ = router.handle(.startup(primaryAddress: Rows.own), at: Rows.start)
        return router
    }

    static let secondsOfSkew = Interval.seconds(1) * 156 / 256

    // MARK: Section 5.

    @Test(arguments: [UInt16(1), 0x0fff, 0xf064, 0xffff])
    func `sends zero in the reserved bits`(_ interval: UInt16) {
        var advertisement = Rows.advertisement(100)
        advertisement.form = .version3(maxAdvertiseInterval: interval)
        let message = advertisement.encode(from: Rows.own, to: ProtocolVersion.group(.ipv4), checksum: .pseudoHeader)
        #expect(message[4] & 0xf0 == 0)
        #expect(UInt16(message[4]) << 8 | UInt16(message[5]) == interval & 0x0fff)
    }

    @Test func `IPv6 has one form of checksum, and IPv4 two`() throws {
        let six = (Vectors.address("fe80::1"), ProtocolVersion.group(.ipv6))
        let advertisement = Advertisement(of: ReceptionTests.ipv6, priority: 100)
        let forms = [ChecksumForm.pseudoHeader, .messageOnly].map {
            advertisement.encode(from: six.0, to: six.1, checksum: $0)
        }
        #expect(forms[0] == forms[1])
        #expect(throws: Rejection.wrongChecksum) {
            // The same octets between other addresses: the pseudo-header is part of the sum.
            try Advertisement.decode(forms[0][...], from: Vectors.address("fe80::7"), to: six.1)
        }
        let four = (Rows.own, ProtocolVersion.group(.ipv4))
        for form in [ChecksumForm.pseudoHeader, .messageOnly] {
            let message = Rows.advertisement(100).encode(from: four.0, to: four.1, checksum: form)
            #expect(try Advertisement.decode(message[...], from: four.0, to: four.1).checksumForm == form)
        }
    }

    @Test func `version 2 without authentication sends zeros and does not read them`() throws {
        let group = ProtocolVersion.group(.ipv4)
        let message = Advertisement(of: Self.version2(), priority: 100)
            .encode(from: Rows.own, to: group, checksum: .messageOnly)
        #expect(message.suffix(8).allSatisfy { $0 == 0 })
        #expect(message[4] == 0)
        var filled = message
        filled.replaceSubrange(filled.count - 8..<filled.count, with: Array("unasked!".utf8))
        filled[6...7] = [0, 0]
        var sum = InternetChecksum()
        sum.add(filled)
        filled[6...7] = [UInt8(sum.value >> 8), UInt8(sum.value & 0xff)]
        let decoded = try Advertisement.decode(filled[...], from: Rows.lower, to: group).advertisement
        #expect(decoded == Advertisement(of: Self.version2(), priority: 100))
    }

    // MARK: Section 6.

    /// Whatever happens to it: only the Active Router speaks, and priority 0 is said only when it ceases to be.
    @Test func `only an Active Router sends, and priority 0 only once`() {
        var generator = SeededGenerator(seed: 642)
        for round in 0..<200 {
            let router = Subject(Rows.settings(round % 10 == 0 ? 255 : 100, preempt: round % 3 == 0), at: Rows.start)
            var now = Rows.start
            for _ in 0..<100 {
                now = now + .milliseconds(Int64.random(in: 0...300, using: &generator))
                let before = router.state.name
                let effects = router.handle(Self.event(&generator), at: now)
                let after = router.state.name
                for case .sendAdvertisement(let priority) in effects {
                    // A router that yields says a last word, which tells the winner that there was another owner.
                    let isItsOwn = before == .active || after == .active
                    #expect(priority == 0 ? before == .active && after == .initialize : isItsOwn)
                }
                if before == .backup, after != .active { #expect(!effects.contains(.announce)) }
            }
        }
    }

    private static func event(_ generator: inout SeededGenerator) -> VirtualRouter.Event {
        switch Int.random(in: 0...9, using: &generator) {
        case 0: .startup(primaryAddress: Rows.own)
        case 1: .shutdown(.interfaceUnusable)
        case 2: .primaryAddressChanged(Rows.higher)
        case 3: .resumedLate
        case 4, 5:
            .advertisementReceived(
                Rows.advertisement([0, 1, 99, 100, 101, 255][Int.random(in: 0...5, using: &generator)]),
                from: Bool.random(using: &generator) ? Rows.lower : Rows.higher
            )
        default: .deadlineReached
        }
    }

    @Test func `Backup, priority 0 after another interval, waits for the skew of the learned one`() {
        let router = Rows.backup()
        let heard = Rows.advertisement(200, centiseconds: 80)
        _ = router.handle(.advertisementReceived(heard, from: Rows.lower), at: Rows.start + .milliseconds(10))
        let now = Rows.start + .milliseconds(20)
        _ = router.handle(.advertisementReceived(Rows.advertisement(0), from: Rows.lower), at: now)
        #expect(router.deadline == now + Interval.milliseconds(800) * 156 / 256)
    }

    @Test func `Active after a learned interval advertises at its own`() {
        let router = Rows.backup()
        let heard = Rows.advertisement(200, centiseconds: 80)
        _ = router.handle(.advertisementReceived(heard, from: Rows.lower), at: Rows.start)
        let now = Rows.start + Rows.down(100, of: .milliseconds(800))
        #expect(router.handle(.deadlineReached, at: now).first == .sendAdvertisement(priority: 100))
        #expect(router.deadline == now + Rows.interval)
    }

    @Test(arguments: [
        ("9.255.255.255", "10.0.0.1"), ("100.0.0.1", "200.0.0.1"), ("192.0.2.9", "192.0.2.10"),
        ("fe80::ff", "fe80::1:0"), ("fe80::7fff:ffff:ffff:ffff", "fe80::8000:0:0:0"),
    ])
    func `the tie is broken by the octets in network order, unsigned`(_ lesser: String, _ greater: String) {
        for (own, peer, yields) in [(lesser, greater, true), (greater, lesser, false)] {
            let router = Subject(Rows.settings(), at: Rows.start)
            _ = router.handle(.startup(primaryAddress: Vectors.address(own)), at: Rows.start)
            let now = Rows.start + Rows.down(100)
            _ = router.handle(.deadlineReached, at: now)
            _ = router.handle(
                .advertisementReceived(Rows.advertisement(100), from: Vectors.address(peer)),
                at: now + .milliseconds(1)
            )
            #expect(router.state.name == (yields ? .backup : .active))
        }
    }

    // MARK: Version 2.

    @Test func `version 2, priority 0, waits for the skew of a second`() {
        let router = Self.backup2()
        let now = Rows.start + .milliseconds(50)
        let heard = Advertisement(of: Self.version2(), priority: 0)
        #expect(router.handle(.advertisementReceived(heard, from: Rows.lower), at: now) == [])
        #expect(router.deadline == now + Self.secondsOfSkew)
    }

    @Test func `version 2, lower priority, lets the timer run out only with preemption`() {
        let heard = Advertisement(of: Self.version2(), priority: 99)
        let now = Rows.start + .seconds(1)
        let preempting = Self.backup2()
        let before = preempting.deadline
        _ = preempting.handle(.advertisementReceived(heard, from: Rows.higher), at: now)
        #expect(preempting.deadline == before)
        let patient = Self.backup2()
        var settings = Self.version2()
        settings.preemptMode = false
        _ = patient.handle(.reconfigured(settings), at: now)
        _ = patient.handle(.advertisementReceived(heard, from: Rows.higher), at: now)
        #expect(patient.deadline == now + .seconds(6) + Self.secondsOfSkew)
    }

    @Test func `version 2, Active, steps back from its better and stays against its lesser`() {
        let now = Rows.start + .seconds(6) + Self.secondsOfSkew
        for (priority, source, yields) in [
            (UInt8(101), Rows.lower, true), (100, Rows.higher, true), (100, Rows.lower, false),
            (99, Rows.higher, false),
        ] {
            let router = Self.backup2()
            #expect(router.handle(.deadlineReached, at: now).first == .sendAdvertisement(priority: 100))
            let heard = Advertisement(of: Self.version2(), priority: priority)
            _ = router.handle(.advertisementReceived(heard, from: source), at: now + .milliseconds(10))
            #expect(router.state.name == (yields ? .backup : .active))
            if yields { #expect(router.deadline == now + .milliseconds(6010) + Self.secondsOfSkew) }
        }
    }

    @Test func `version 2, shutdown, gives up with priority 0 only when Active`() {
        let idle = Self.backup2()
        #expect(
            idle.handle(.shutdown(.stopRequested), at: Rows.start) == [
                .transitioned(from: .backup, to: .initialize, .stopRequested)
            ]
        )
        let router = Self.backup2()
        let now = Rows.start + .seconds(7)
        _ = router.handle(.deadlineReached, at: now)
        #expect(router.handle(.shutdown(.stopRequested), at: now).first == .sendAdvertisement(priority: 0))
        #expect(router.deadline == nil)
    }
}
