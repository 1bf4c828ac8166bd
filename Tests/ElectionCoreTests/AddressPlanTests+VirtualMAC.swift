import DirectorCore
import Primitives
import Testing
import VRRP

/// Addresses at a virtual MAC: the interface comes first and goes with all that it bears.
extension AddressPlanTests {
    static let virtualMAC = MACAddress.virtualRouter(51, .ipv4)
    static let physical = FoundInterface(name: "eth0", index: 3, mac: MACAddress(rawValue: 2))
    static let virtual = VirtualInterface(parent: "eth0", parentIndex: 3, mac: virtualMAC)
    static let macvlan = FoundInterface(
        name: "vmac4-3-51",
        index: 9,
        kind: "macvlan",
        mac: virtualMAC,
        parentIndex: 3
    )

    func virtualEntry(_ disposition: AddressDemand.Disposition, _ prefix: Prefix = wide) -> Entry {
        Entry(interface: "eth0", prefix: prefix, disposition: disposition, virtualMAC: Self.virtualMAC)
    }

    /// The entry as it is carried out on the macvlan.
    func placed(_ prefix: Prefix = vip) -> Entry {
        Entry(interface: "vmac4-3-51", prefix: prefix, disposition: .present, virtualMAC: Self.virtualMAC)
    }

    func steps(_ entries: [Entry], _ found: [Found], _ interfaces: [FoundInterface]) -> [AddressPlan.Step] {
        AddressPlan.steps(
            demand: AddressDemand(generation: 2, entries: entries),
            before: nil,
            found: found,
            interfaces: [Self.physical] + interfaces
        )
    }

    @Test func `an interface's name fits the kernel whatever its parent's index`() {
        let mac6 = MACAddress.virtualRouter(255, .ipv6)
        #expect(VirtualInterface.name(of: Self.virtualMAC, over: 3) == "vmac4-3-51")
        #expect(VirtualInterface.name(of: mac6, over: 99_999) == "vmac6-99999-255")
        #expect(VirtualInterface.name(of: mac6, over: 100_000) == "v6-255s-255")
        #expect(VirtualInterface.name(of: mac6, over: .max).utf8.count <= 15)
    }

    @Test func `the interface is made before the address is added to it, with a host's prefix`() {
        let entry = virtualEntry(.present)
        #expect(steps([entry], [], []) == [.addInterface(Self.virtual, entry), .add(placed())])
        #expect(steps([entry], [], [Self.macvlan]) == [.add(placed())])
        #expect(steps([entry], [found(on: "vmac4-3-51")], [Self.macvlan]) == [])
    }

    @Test func `one that is down is set up`() {
        var down = Self.macvlan
        down.isUp = false
        let entry = virtualEntry(.present)
        #expect(steps([entry], [found(on: "vmac4-3-51")], [down]) == [.addInterface(Self.virtual, entry)])
    }

    @Test func `two addresses have one interface`() {
        let second = Prefix("192.0.2.101/24") ?? Self.vip
        let entries = [virtualEntry(.present), virtualEntry(.present, second)]
        #expect(
            steps(entries, [], []) == [
                .addInterface(Self.virtual, entries[0]), .add(placed()), .add(placed(Prefix(host: second.address))),
            ]
        )
    }

    @Test func `the interface below does not have the address, whoever put it there`() {
        let below = Entry(interface: "eth0", prefix: Self.wide, disposition: .absent)
        let stranger = found(Self.wide, marked: false)
        #expect(
            steps([virtualEntry(.present)], [found(on: "vmac4-3-51"), stranger], [Self.macvlan])
                == [.remove(stranger, below)]
        )
    }

    @Test(arguments: [AddressDemand.Disposition.absent, .lingering, .unclaimed])
    func `the interface goes with its addresses in one step`(disposition: AddressDemand.Disposition) {
        let entry = virtualEntry(disposition)
        #expect(
            steps([entry], [found(on: "vmac4-3-51")], [Self.macvlan]) == [.removeInterface(Self.macvlan, entry)]
        )
        #expect(steps([entry], [], []) == [])
    }

    @Test func `what is found at the start stays with its interface`() {
        #expect(steps([virtualEntry(.asFound)], [found(on: "vmac4-3-51")], [Self.macvlan]) == [])
    }

    @Test func `an interface of ours that nobody demands goes`() {
        #expect(
            steps([], [found(on: "vmac4-3-51")], [Self.macvlan]) == [.removeInterface(Self.macvlan, nil)]
        )
        let plain = entry(.present, Self.vip)
        #expect(
            steps([plain], [found(on: "vmac4-3-51")], [Self.macvlan])
                == [.add(plain), .removeInterface(Self.macvlan, nil)],
            "the reload that turned the virtual MAC off"
        )
    }

    @Test func `an interface of another name, kind, MAC or parent is a stranger's and stays`() {
        let changes: [(inout FoundInterface) -> Void] = [
            { $0.name = "vrrp4-3-51" }, { $0.kind = "ipvlan" }, { $0.mac = MACAddress(rawValue: 7) },
            { $0.parentIndex = 4 }, { $0.parentIndex = nil }, { $0.mac = .virtualRouter(52, .ipv4) },
        ]
        for change in changes {
            var stranger = Self.macvlan
            change(&stranger)
            #expect(stranger.virtualMAC == nil)
            #expect(steps([virtualEntry(.absent)], [], [stranger]) == [])
        }
        #expect(Self.macvlan.virtualMAC == Self.virtualMAC)
    }

    @Test func `a link-local address keeps its prefix length, a global one is a host's`() {
        let entries = ["fe80::5e:33/64", "2001:db8::100/64"].compactMap { Prefix($0) }.map { prefix in
            Entry(
                interface: "eth0",
                prefix: prefix,
                disposition: .present,
                virtualMAC: .virtualRouter(51, .ipv6)
            )
        }
        let added = steps(entries, [], []).compactMap { step in
            if case .add(let entry) = step { "\(entry.prefix) \(entry.interface)" } else { nil }
        }
        #expect(added == ["fe80::5e:33/64 vmac6-3-51", "2001:db8::100/128 vmac6-3-51"])
    }

    @Test func `without the interface below nothing can be made`() {
        let entry = virtualEntry(.present, Self.vip)
        let plan = AddressPlan.steps(
            demand: AddressDemand(generation: 1, entries: [entry]),
            before: nil,
            found: [],
            interfaces: []
        )
        #expect(plan == [.add(entry)], "which the kernel refuses, and the status says so")
    }
}
