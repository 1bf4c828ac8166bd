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
