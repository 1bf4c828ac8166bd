import Health
import Linux
import Netlink
import Primitives
import TestNetwork
import Testing

@testable import Probing

@Suite(.serialized) struct `The probing thread` {
    @Test func `finds a correct real server up, on the real address and on the direct path`() throws {
        try NetworkNamespace.run {
            let stage = try Stage()
            let (tcp, path) = stage.probe()
            try stage.wait(for: tcp, .passing)
            try stage.wait(for: path, .passing)
            #expect(stage.turns > 0)
            stage.stop()
        }
    }

    @Test func `tells refusal, black hole and a missing neighbour apart`() throws {
        try NetworkNamespace.run {
            let stage = try Stage()
            let closed = stage.probe(port: 81)
            try stage.wait(for: closed.tcp, .probeRefused)
            try stage.wait(for: closed.path, .directPathRefused)

            let open = stage.probe()
            try stage.wait(for: open.path, .passing)
            try stage.server("ip address del 192.0.2.100/32 dev lo")
            let hole = try stage.wait(for: open.path, .directRoutingBlackHole)
            #expect(hole.verdict.state == .down)
            try stage.wait(for: open.tcp, .passing)
            try stage.server("ip address add 192.0.2.100/32 dev lo")
            try stage.wait(for: open.path, .passing)

            try stage.server("ip route add blackhole 192.0.2.2/32")
            try stage.wait(for: open.path, .overloaded)
            try stage.wait(for: open.tcp, .probeTimedOut)
            try stage.server("ip route del blackhole 192.0.2.2/32")
            try stage.wait(for: open.path, .passing)

            try stage.server("ip address del 192.0.2.11/24 dev server0")
            let gone = try stage.wait(for: open.path, .unreachable)
            #expect(gone.verdict.state == .down)
            stage.stop()
        }
    }

    @Test func `names the real server that answers ARP for the virtual address, and a stranger`() throws {
        try NetworkNamespace.run {
            let stage = try Stage()
            let (_, path) = stage.probe()
            let real = Stage.real.address
            // The real server's interface answers for addresses on lo until it is told not to.
            try stage.watch(path, router: nil)
            let offender = try stage.wait(for: path, .arpOffender)
            #expect(offender.verdict.state == .down)
            try stage.waitForFindings { $0.first?.realServer == real && $0.first?.reason == .arpOffender }
            try stage.server("sysctl -qw net.ipv4.conf.all.arp_ignore=1")
            try stage.wait(for: path, .passing)
            try stage.waitForFindings(\.isEmpty)

            // Another machine: a second interface of the far namespace with an address of its own.
            try stage.server(
                "ip link add link server0 name other type macvlan mode bridge && ip link set other up"
                    + " && ip address add 192.0.2.100/32 dev other && sysctl -qw net.ipv4.conf.other.arp_ignore=1"
            )
            try stage.waitForFindings { $0.contains { $0.reason == .addressClaimedByStranger } }
            stage.stop()
        }
    }

    @Test func `calls unknown what it cannot probe`() throws {
        try NetworkNamespace.run {
            let stage = try Stage()
            let (tcp, path) = stage.probe()
            try stage.wait(for: path, .passing)
            try NetworkNamespace.command("ip address flush dev eth0")
            let entry = try stage.wait(for: tcp, .probeCouldNotRun)
            #expect(entry.verdict.state == .unknown)
            try stage.wait(for: path, .probeCouldNotRun)
            try NetworkNamespace.command("ip address add 192.0.2.2/24 dev eth0")
            try stage.wait(for: tcp, .passing)
            try stage.wait(for: path, .passing)
            // The director's own link is cut: that says nothing about the real server.
            try stage.server("ip link set server0 down")
            let cut = try stage.wait(for: path, .probeCouldNotRun)
            #expect(cut.verdict.state == .unknown)
            try stage.wait(for: tcp, .probeCouldNotRun)
            try stage.server("ip link set server0 up")
            try stage.wait(for: path, .passing)
            try NetworkNamespace.command("ip link del eth0")
            try stage.wait(for: path, .probeCouldNotRun)
            stage.stop()
        }
    }

    @Test func `probes a thousand addresses at once`() throws {
        try NetworkNamespace.run {
            let stage = try Stage()
            try stage.server("ip route add local 10.0.0.0/16 dev lo")
            try NetworkNamespace.command("ip route add 10.0.0.0/16 via 192.0.2.11")
            var settings = ProbeSettings()
            settings.interval = .seconds(1)
            settings.timeout = .milliseconds(900)
            let targets = (0..<1000).map { number in
                let address = IPv4Address(rawValue: 0x0a00_0001 + UInt32(number))
                return ProbeTarget(.tcp(Endpoint(address: .v4(address), port: 81)), settings)
            }
            stage.demand(targets)
            for target in targets { try stage.wait(for: target, .probeRefused, isLasting: true) }
            stage.stop()
        }
    }

    @Test func `sends no probe from a virtual address`() {
        func address(_ text: String, flags: UInt32 = 0, tag: UInt8? = nil) -> InterfaceAddress? {
            Prefix(text).map {
                InterfaceAddress(interfaceIndex: 2, prefix: $0, flags: flags, protocolTag: tag)
            }
        }
        let addresses = [
            address("192.0.2.100/24"), address("192.0.2.3/24", flags: 0x01),
            address("192.0.2.101/24", tag: 0xf1),
            address("198.51.100.2/24"), address("192.0.2.2/24"), address("fe80::1/64"),
            address("2001:db8::2/64"),
        ].compactMap(\.self)
        let own = OwnAddresses.own(addresses, besides: [Stage.virtual.address]).map(\.description)
        #expect(own == ["198.51.100.2/24", "192.0.2.2/24", "2001:db8::2/64"])
    }
}
