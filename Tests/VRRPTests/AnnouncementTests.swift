import Primitives
import Testing
import VRRP

struct AnnouncementTests {
    let mac = MACAddress(rawValue: 0x0200_5e10_0001)

    @Test func `gratuitous ARP is a broadcast request for one's own address`() throws {
        let frame = Announcement.frame(.v4(IPv4Address(192, 0, 2, 100)), at: mac)
        let expected =
            "ffffffffffff" + "02005e100001" + "0806"  // Ethernet
            + "0001" + "0800" + "0604" + "0001"  // request
            + "02005e100001" + "c0000264" + "ffffffffffff" + "c0000264"
        #expect(frame == Vectors.bytes(expected))
        let ethernet = try #require(EthernetFrame(decoding: frame))
        #expect(ARPPacket(decoding: ethernet.payload) == .gratuitous(IPv4Address(192, 0, 2, 100), at: mac))
    }

    @Test func `a probe claims nothing`() {
        let probe = ARPPacket.probe(for: IPv4Address(192, 0, 2, 100), from: mac)
        #expect(probe.senderAddress.rawValue == 0)
        #expect(probe.frame().count == 42)
        #expect(ARPPacket(decoding: probe.encode()[...]) == probe)
        for count in 0..<28 { #expect(ARPPacket(decoding: probe.encode().prefix(count)) == nil) }
    }

    @Test func `an unsolicited neighbour advertisement goes to all nodes`() throws {
        let frame = Announcement.frame(Vectors.address("2001:db8::100"), at: mac)
        let expected =
            "333300000001" + "02005e100001" + "86dd"  // Ethernet
            + "6c000000" + "0020" + "3a" + "ff"  // IPv6, ICMPv6, hop limit 255
            + "20010db8000000000000000000000100" + "ff020000000000000000000000000001"
            + "8800" + "0000" + "a0000000"  // type 136, checksum below, R and O
            + "20010db8000000000000000000000100" + "0201" + "02005e100001"
        var bytes = Vectors.bytes(expected)
        let packet = try IPPacket(decoding: frame[14...])
        var sum = InternetChecksum()
        sum.add(packet.source.bytes)
        sum.add(packet.destination.bytes)
        sum.add([0, 0, 0, 32, 0, 0, 0, 58])
        sum.add(packet.payload)
        #expect(sum.value == 0)
        bytes[56...57] = frame[56...57]
        #expect(frame == bytes)
    }

    @Test func `a burst has growing gaps and is then refreshed`() {
        var announcer = Announcer()
        var now = MonotonicInstant(nanoseconds: 5_000_000_000)
        let start = now
        #expect(announcer.deadline == nil)
        announcer.begin(at: now)
        var times: [Int64] = []
        while let due = announcer.deadline, due < start + .seconds(130) {
            now = due
            #expect(announcer.takeDue(at: now) == true)
            times.append((now - start).milliseconds)
        }
        #expect(times == [0, 100, 300, 1_000, 3_000, 63_000, 123_000])
        announcer.stop()
        #expect(announcer.deadline == nil)
        #expect(announcer.takeDue(at: now + .seconds(100)) == false)
    }

    @Test func `the last word of an owner that lets go is answered at once`() {
        var announcer = Announcer()
        let start = MonotonicInstant(nanoseconds: 0)
        announcer.evidence(at: start)
        #expect(announcer.deadline == nil)
        announcer.begin(at: start)
        #expect(announcer.takeDue(at: start) == true)
        announcer.evidence(at: start + .milliseconds(2))
        #expect(announcer.takeDue(at: start + .milliseconds(2)) == true)
        announcer.evidence(at: start + .seconds(30))
        #expect(announcer.takeDue(at: start + .seconds(30)) == true)
        #expect(announcer.deadline == start + .seconds(30) + .milliseconds(100))
    }

    @Test func `a flood of evidence is answered ten times a second and once more`() {
        var announcer = Announcer()
        let start = MonotonicInstant(nanoseconds: 0)
        announcer.begin(at: start)
        var times: [Int64] = []
        for millisecond in 0...1_000 as ClosedRange<Int64> {
            let now = start + .milliseconds(millisecond)
            announcer.evidence(at: now)
            if announcer.takeDue(at: now) { times.append(millisecond) }
        }
        #expect(times == [0, 1, 100, 200, 300, 400, 500, 600, 700, 800, 900, 1_000])
    }

    @Test func `claims that go on are answered ever more rarely, down to once in ten seconds`() {
        var announcer = Announcer()
        let start = MonotonicInstant(nanoseconds: 0)
        announcer.contest(at: start)
        #expect(announcer.deadline == nil, "who is silent answers nobody")
        announcer.begin(at: start)
        #expect(announcer.takeDue(at: start) == true)
        let claimed = start + .seconds(10)
        var times: [Int64] = []
        for millisecond in 0...40_000 as ClosedRange<Int64> {
            let now = claimed + .milliseconds(millisecond)
            announcer.contest(at: now)
            if announcer.takeDue(at: now) { times.append(millisecond) }
        }
        // The first claim starts a burst (0, 100 ms, 300 ms, 1 s, 3 s), whose announcements are answers, too.
        #expect(times == [0, 100, 300, 700, 1_000, 2_600, 3_000, 9_400, 19_400, 29_400, 39_400])
    }

    @Test func `claims now and then are answered by a burst each`() {
        var announcer = Announcer()
        var now = MonotonicInstant(nanoseconds: 0)
        announcer.begin(at: now)
        for _ in 0..<20 {
            now = now + .seconds(2)
            announcer.contest(at: now)
            #expect(announcer.takeDue(at: now) == true)
            #expect(announcer.deadline == now + .milliseconds(100))
        }
    }

    @Test func `a claim after a quiet while is answered like the first one, and so is one in a new reign`() {
        let start = MonotonicInstant(nanoseconds: 0)
        for isNewReign in [false, true] {
            var announcer = Announcer()
            announcer.begin(at: start)
            var now = start
            while now < start + .seconds(60) {
                announcer.contest(at: now)
                _ = announcer.takeDue(at: now)
                now = now + .milliseconds(50)
            }
            announcer.contest(at: now)
            #expect(announcer.takeDue(at: now) == false, "the next answer is not due yet")
            if isNewReign {
                announcer.stop()
                announcer.begin(at: now)
            } else {
                now = now + .seconds(30)
            }
            while announcer.takeDue(at: now) {}
            now = now + .milliseconds(10)
            announcer.contest(at: now)
            #expect(announcer.takeDue(at: now) == true)
            #expect(announcer.deadline == now + .milliseconds(100))
        }
    }

    @Test func `a claim at any time is answered at last`() {
        var generator = SeededGenerator(seed: 5227)
        for _ in 0..<200 {
            var announcer = Announcer()
            var now = MonotonicInstant(nanoseconds: 0)
            announcer.begin(at: now)
            for _ in 0..<50 {
                now = now + .milliseconds(Int64.random(in: 0...3_000, using: &generator))
                _ = announcer.takeDue(at: now)
                now = now + .milliseconds(Int64.random(in: 0...3, using: &generator))
                announcer.contest(at: now)
                #expect(announcer.deadline.map { $0 <= now + Announcer.longestGap } ?? false)
            }
        }
    }

    @Test func `two that answer each other for a day are heard a few times a minute`() {
        var sides = [Announcer(), Announcer()]
        var now = MonotonicInstant(nanoseconds: 0)
        let day = now + .seconds(86_400)
        for index in sides.indices { sides[index].begin(at: now) }
        var heard = 0
        while let due = sides.compactMap(\.deadline).min(), due < day {
            now = max(now, due)
            for index in sides.indices where sides[index].takeDue(at: now) {
                heard += 1
                now = now + .microseconds(300)
                sides[1 - index].contest(at: now)
            }
        }
        #expect(heard > 1_440 * 10, "each of them defends the addresses all the time")
        #expect(heard < 1_440 * 20)
    }

    @Test func `addresses that come one by one do not put off the answer to evidence`() {
        var announcer = Announcer()
        var now = MonotonicInstant(nanoseconds: 0)
        for _ in 0..<50 {
            announcer.begin(at: now)
            #expect(announcer.takeDue(at: now) == true)
            now = now + .milliseconds(1)
        }
        announcer.evidence(at: now)
        #expect(announcer.deadline == now + .milliseconds(99))
    }

    @Test func `a late wake-up announces once`() {
        var announcer = Announcer()
        let start = MonotonicInstant(nanoseconds: 0)
        announcer.begin(at: start)
        #expect(announcer.takeDue(at: start + .milliseconds(400)) == true)
        #expect(announcer.takeDue(at: start + .milliseconds(400)) == false)
        #expect(announcer.deadline == start + .seconds(1))
    }
}
