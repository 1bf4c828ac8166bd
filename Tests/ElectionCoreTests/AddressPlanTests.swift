import DirectorCore
import Primitives
import Testing

struct AddressPlanTests {
    typealias Found = AddressPlan.Found
    typealias Entry = AddressDemand.Entry

    static let vip = Prefix(host: .v4(IPv4Address(192, 0, 2, 100)))
    static let wide = Prefix("192.0.2.100/24") ?? vip

    func entry(_ disposition: AddressDemand.Disposition, _ prefix: Prefix = vip) -> Entry {
        Entry(interface: "eth0", prefix: prefix, disposition: disposition)
    }

    func found(_ prefix: Prefix = vip, marked: Bool = true, on interface: String = "eth0") -> Found {
        Found(interface: interface, prefix: prefix, isMarked: marked)
    }

    func steps(_ entries: [Entry], before: [Entry]? = nil, _ found: [Found]) -> [AddressPlan.Step] {
        AddressPlan.steps(
            demand: AddressDemand(generation: 2, entries: entries),
            before: before.map { AddressDemand(generation: 1, entries: $0) },
            found: found
        )
    }

    @Test func `what is as demanded is left alone`() {
        #expect(steps([entry(.present)], [found()]) == [])
        #expect(steps([entry(.present)], [found(marked: false)]) == [])
        #expect(steps([entry(.absent)], []) == [])
        #expect(steps([entry(.asFound)], [found()]) == [])
        #expect(steps([entry(.asFound)], []) == [])
        #expect(steps([entry(.unclaimed)], [found(marked: false)]) == [])
    }

    @Test func `the missing is added and the superfluous removed, whoever put it there`() {
        #expect(steps([entry(.present)], []) == [.add(entry(.present))])
        #expect(steps([entry(.absent)], [found()]) == [.remove(found(), entry(.absent))])
        #expect(
            steps([entry(.absent)], [found(Self.wide, marked: false)])
                == [.remove(found(Self.wide, marked: false), entry(.absent))]
        )
        #expect(steps([entry(.unclaimed)], [found()]) == [.remove(found(), entry(.unclaimed))])
    }

    @Test func `another prefix length of our own is replaced`() {
        #expect(
            steps([entry(.present)], [found(Self.wide)])
                == [.remove(found(Self.wide), entry(.present)), .add(entry(.present))]
        )
    }

    @Test func `marked addresses that nobody demands go, others stay`() {
        let stray = found(on: "eth1")
        let other = Found(interface: "eth0", prefix: Prefix(host: .v4(IPv4Address(10, 0, 0, 1))), isMarked: false)
        let entry = Entry(interface: "eth1", prefix: Self.vip, disposition: .unclaimed)
        #expect(steps([], [stray, other]) == [.remove(stray, entry)])
    }

    @Test func `a withdrawn address goes even without a mark`() {
        let unmarked = found(marked: false)
        #expect(steps([], before: [entry(.present)], [unmarked]) == [.remove(unmarked, entry(.absent))])
        #expect(steps([], before: [entry(.unclaimed)], [unmarked]) == [])
    }

    @Test func `a network's first address is the interface's own, or nothing is added`() {
        let own = Found(interface: "eth0", prefix: Prefix("192.0.2.2/24") ?? Self.vip, isMarked: false)
        let wide = entry(.present, Self.wide)
        #expect(steps([wide], []) == [])
        #expect(steps([wide], [found(on: "eth1")]).contains(.add(wide)) == false)
        #expect(steps([wide], [own]) == [.add(wide)])
        #expect(steps([entry(.present)], []) == [.add(entry(.present))])
    }
}
