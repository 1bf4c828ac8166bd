import Linux
import Netlink
import Primitives
import SystemPackage
import TestNetwork
import Testing

@Suite struct MacvlanTests {
    static let mac = MACAddress(rawValue: 0x5e00_0133)

    @Test func `makes a macvlan that is down, sets it up, and removes it with its address`() throws {
        let (made, up, after, addresses) = try NetworkNamespace.run {
            try NetworkNamespace.command(
                "ip link add d0 type veth peer name d1 && ip link set d1 up && ip link set d0 up"
            )
            let parent = try Interface.named("d0").index
            let socket = try RouteSocket()
            try socket.addMacvlan("vmac4-9-51", over: parent, mac: Self.mac)
            let made = try socket.links().first { $0.name == "vmac4-9-51" }
            let index = try Interface.named("vmac4-9-51").index
            try socket.setUp(interfaceIndex: index)
            let up = try socket.links().first { $0.name == "vmac4-9-51" }
            let vip = InterfaceAddress(
                interfaceIndex: index,
                prefix: Prefix(host: .v4(IPv4Address(192, 0, 2, 100))),
                protocolTag: OwnershipMark.protocolTag
            )
            try socket.add(vip, noDAD: true)
            try NetworkNamespace.command("ip -d link show vmac4-9-51 | grep -q 'macvlan mode bridge'")
            try socket.removeLink(interfaceIndex: index)
            try socket.removeLink(interfaceIndex: index)
            return (made?.isUp, up.map { ($0, parent) }, try socket.links(), try socket.addresses())
        }
        #expect(made == false)
        let (link, parent) = try #require(up)
        #expect(link.isUp && link.hasCarrier)
        #expect(link.kind == "macvlan")
        #expect(link.mac == Self.mac)
        #expect(link.parentIndex == parent && !link.isParentElsewhere)
        #expect(!after.contains { $0.kind == "macvlan" })
        #expect(after.first { $0.name == "d0" }?.kind == "veth")
        #expect(!addresses.contains { $0.isMarked })
    }

    @Test func `a second one with the same MAC is refused once the first is up`() throws {
        let error = try NetworkNamespace.run { () -> NetlinkError? in
            try NetworkNamespace.command(
                """
                ip link add d0 type veth peer name d1 && ip link set d0 up &&
                ip link add link d0 name other address 00:00:5e:00:01:33 type macvlan mode bridge && ip link set other up
                """
            )
            let socket = try RouteSocket()
            do {
                try socket.addMacvlan("vmac4-9-51", over: try Interface.named("d0").index, mac: Self.mac)
                try socket.setUp(interfaceIndex: try Interface.named("vmac4-9-51").index)
                return nil
            } catch let error as NetlinkError {
                return error
            }
        }
        #expect(error?.code == .resourceBusy || error?.code == .addressInUse, "\(error.map { "\($0)" } ?? "no error")")
    }
}
