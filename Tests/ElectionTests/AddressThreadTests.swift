import Addresses
import DirectorCore
import Linux
import Netlink
import Primitives
import SystemPackage
import TestNetwork
import Testing

/// The addresses thread alone on a real kernel, each test in a network namespace of its own.
@Suite(.tags(.kernel), .serialized)
struct AddressThreadTests {
    static let virtual = Prefix("192.0.2.100/24") ?? Prefix(host: Stage.address)

    /// Every report up to the first that is waited for, and what came with it.
    private func reports(
        _ found: Mailbox<AddressReport>,
        until holds: (AddressReport) -> Bool,
    ) throws -> [AddressReport] {
        var reactor = try Reactor()
        try reactor.add(found.descriptor, token: 1, interest: .read)
        var reports: [AddressReport] = []
        let limit = Clock.now + .seconds(4)
        while Clock.now < limit {
            _ = try reactor.wait(until: limit)
            reports += found.drain()
            if reports.contains(where: holds) { return reports }
        }
        Issue.record("not reported: \(reports)")
        return reports
    }

    private func demand(_ generation: UInt64, _ disposition: AddressDemand.Disposition, _ prefix: Prefix = virtual)
        -> AddressDemand
    {
        let entry = AddressDemand.Entry(interface: "eth0", prefix: prefix, disposition: disposition)
        return AddressDemand(generation: generation, entries: [entry])
    }

    private func start() throws -> (AddressThread, Mailbox<AddressReport>) {
        for line in [
            "ip link add eth0 type veth peer name peer0", "ip link set peer0 up", "ip link set eth0 up",
            "ip address add 192.0.2.2/24 dev eth0",
        ] {
            try NetworkNamespace.command(line)
        }
        let found = try Mailbox<AddressReport>(capacity: 64, whenFull: .dropOldest)
        return (try AddressThread.start { found.post($0) }, found)
    }

    @Test func `the first report after a claim has the address, again and again`() throws {
        try NetworkNamespace.run {
            let (thread, found) = try start()
            defer { thread.stop() }
            for generation in stride(from: UInt64(1), to: 40, by: 2) {
                thread.post(demand(generation, .absent))
                _ = try reports(found) { $0.generation == generation && $0.held.isEmpty }
                // The look after its own removal says nothing new, so something else is changed to be waited for.
                let mac = MACAddress(rawValue: 0x0200_5e10_0100 + generation)
                try NetworkNamespace.command("ip link set eth0 address \(mac)")
                _ = try reports(found) { $0.interfaces.first?.mac == mac }
                thread.post(demand(generation + 1, .present))
                let claim = try reports(found) { $0.generation == generation + 1 }
                let first = claim.first { $0.generation == generation + 1 }
                #expect(first?.held == [.init(interface: "eth0", address: Stage.address)])
                #expect(first?.failures == [])
                #expect(first?.repairs == 0, "its own additions are nobody else's work")
                let address = try RouteSocket().addresses().first { $0.prefix == Self.virtual }
                #expect(address?.isMarked == true)
            }
        }
    }

    @Test func `an interface that was made anew a moment before a claim gets the address`() throws {
        try NetworkNamespace.run {
            let (thread, found) = try start()
            defer { thread.stop() }
            for generation in stride(from: UInt64(1), to: 20, by: 2) {
                thread.post(demand(generation, .absent))
                _ = try reports(found) { $0.generation == generation }
                for line in [
                    "ip link del eth0", "ip link add eth0 type veth peer name peer0", "ip link set peer0 up",
                    "ip link set eth0 up", "ip address add 192.0.2.2/24 dev eth0",
                ] {
                    try NetworkNamespace.command(line)
                }
                thread.post(demand(generation + 1, .present))
                let claim = try reports(found) { $0.generation == generation + 1 && !$0.held.isEmpty }
                #expect(claim.flatMap(\.failures) == [])
                let index = try Interface.named("eth0").index
                let prefixes = try RouteSocket().addresses(interfaceIndex: index).map(\.prefix)
                #expect(prefixes.contains(Self.virtual))
            }
        }
    }

    /// What is reported of a claim that comes a moment after somebody has changed something.
    private func claim(after change: String, from disposition: AddressDemand.Disposition) throws -> [AddressReport] {
        let (thread, found) = try start()
        defer { thread.stop() }
        thread.post(demand(1, disposition))
        _ = try reports(found) { $0.generation == 1 }
        try NetworkNamespace.command(change)
        thread.post(demand(2, .present))
        return try reports(found) { $0.generation == 2 }.filter { $0.generation == 2 }
    }

    @Test func `an address that somebody added a moment before a claim is taken as it is`() throws {
        try NetworkNamespace.run {
            let claim = try claim(after: "ip address add 192.0.2.100/24 dev eth0", from: .asFound)
            #expect(claim.flatMap(\.failures) == [])
            #expect(claim.flatMap(\.held).map(\.isMarked) == claim.map { _ in false }, "it is not this program's")
        }
    }

    @Test func `an interface that lost its own address a moment before a claim gets no other`() throws {
        try NetworkNamespace.run {
            let claim = try claim(after: "ip address del 192.0.2.2/24 dev eth0", from: .absent)
            // As the network's first address it would take the interface's own one, when that comes back, with it.
            #expect(claim.flatMap(\.held) == [])
            let prefixes = try RouteSocket().addresses().map(\.prefix)
            #expect(!prefixes.contains(Self.virtual))
        }
    }

    @Test func `what the kernel refuses is told, once`() throws {
        try NetworkNamespace.run {
            let (thread, found) = try start()
            defer { thread.stop() }
            let prefix = try #require(Prefix("2001:db8::100/64"))
            try NetworkNamespace.command("sysctl -q -w net.ipv6.conf.eth0.disable_ipv6=1")
            thread.post(demand(1, .absent, prefix))
            _ = try reports(found) { $0.generation == 1 }
            thread.post(demand(2, .present, prefix))
            let claim = try reports(found) { $0.generation == 2 }.filter { $0.generation == 2 }
            #expect(claim.first?.held == [])
            #expect(claim.first?.failures.map(\.entry.prefix) == [prefix])
            // It is tried again every second.
            var reactor = try Reactor()
            try reactor.add(found.descriptor, token: 1, interest: .read)
            _ = try reactor.wait(until: Clock.now + .milliseconds(1_500))
            #expect(claim.count + found.drain().count == 1)
        }
    }
}
