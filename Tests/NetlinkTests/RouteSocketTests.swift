import Linux
import Netlink
import Primitives
import SystemPackage
import TestNetwork
import Testing

@Suite struct RouteSocketTests {
    static func address(_ text: String, on index: Int32, label: String? = nil) throws -> InterfaceAddress {
        InterfaceAddress(
            interfaceIndex: index,
            prefix: try #require(Prefix(text)),
            scope: InterfaceAddress.hostScope,
            label: label,
            protocolTag: OwnershipMark.protocolTag,
        )
    }

    @Test func `adds, marks, dumps and removes a virtual address on lo`() throws {
        let vip = try Self.address("192.0.2.100/32", on: 1, label: OwnershipMark.label)
        let (before, during, local, after) = try NetworkNamespace.run {
            let socket = try RouteSocket()
            let before = try socket.addresses()
            try socket.add(vip, noDAD: false)
            try socket.add(vip, noDAD: false)
            let during = try socket.addresses(interfaceIndex: 1)
            let local = try socket.routes(table: Route.localTable, family: .ipv4)
            try socket.remove(vip)
            try socket.remove(vip)
            return (before, during, local, try socket.addresses())
        }
        #expect(before.map(\.prefix.description) == ["127.0.0.1/8", "::1/128"])
        let found = try #require(during.first { $0.prefix == vip.prefix })
        #expect(found.scope == 254)
        #expect(found.label == "lo:tandem")
        #expect(found.protocolTag == 0xf1)
        #expect(found.isMarked)
        #expect(during.filter(\.isMarked).count == 1, "127.0.0.1 is not ours")
        #expect(local.contains { $0.destination == vip.prefix && $0.isLocal && $0.outputInterface == 1 })
        #expect(after == before)
    }

    @Test func `a label guards an address that is somebody else's`() throws {
        let vip = try Self.address("192.0.2.100/32", on: 1, label: OwnershipMark.label)
        let left = try NetworkNamespace.run {
            try NetworkNamespace.command("ip addr add 192.0.2.100/32 dev lo")
            let socket = try RouteSocket()
            try socket.remove(vip)
            return try socket.addresses()
        }
        #expect(left.contains { $0.prefix == vip.prefix && !$0.isMarked })
    }

    @Test func `adds an IPv6 address without duplicate address detection`() throws {
        let prefix = try #require(Prefix("2001:db8::100/128"))
        let (found, after) = try NetworkNamespace.run {
            try NetworkNamespace.command(
                "ip link add d0 type veth peer name d1 && ip link set d1 up && ip link set d0 up"
            )
            let index = try Interface.named("d0").index
            let socket = try RouteSocket()
            let address = InterfaceAddress(interfaceIndex: index, prefix: prefix, protocolTag: 0xf1)
            try socket.add(address, noDAD: true)
            let found = try socket.addresses(interfaceIndex: index).first { $0.prefix == prefix }
            try socket.remove(address)
            return (found, try socket.addresses(interfaceIndex: index).first { $0.prefix == prefix })
        }
        let flags = try #require(found?.flags)
        #expect(flags & InterfaceAddress.noDADFlag != 0)
        #expect(flags & InterfaceAddress.tentativeFlag == 0)
        #expect(found?.isMarked == true)
        #expect(after == nil)
    }

    @Test func `an unknown interface is an error with operation, code and subject`() throws {
        let vip = try Self.address("192.0.2.100/32", on: 4711)
        let error = try NetworkNamespace.run { () -> NetlinkError? in
            let socket = try RouteSocket()
            // Removing succeeds: an address of no interface is not there.
            try socket.remove(vip)
            do {
                try socket.add(vip, noDAD: false)
                return nil
            } catch let error as NetlinkError {
                return error
            }
        }
        #expect(error?.operation == "add address")
        #expect(error?.code == .operationNotSupportedByDevice)
        #expect(error?.subject == "192.0.2.100/32 on interface 4711")
    }

    @Test func `dumps links, neighbours and routes`() throws {
        let (links, neighbours, routes, none) = try NetworkNamespace.run {
            try NetworkNamespace.command(
                """
                ip link add br0 type bridge && ip link add v0 type veth peer name v1 && ip link set v1 master br0 &&
                ip link set v0 address 02:00:00:00:00:0a up && ip addr add 192.0.2.1/24 dev v0 &&
                ip neigh add 192.0.2.9 lladdr 02:00:00:00:00:09 dev v0 nud permanent &&
                ip link set v1 up && ip route add default via 192.0.2.254 metric 7
                """
            )
            let socket = try RouteSocket()
            let index = try Interface.named("v0").index
            return (
                try socket.links(), try socket.neighbours(interfaceIndex: index), try socket.routes(family: .ipv4),
                try socket.routes(table: 77, family: .ipv4)
            )
        }
        let bridge = try #require(links.first { $0.name == "br0" })
        let near = try #require(links.first { $0.name == "v0" })
        let far = try #require(links.first { $0.name == "v1" })
        #expect(far.masterIndex == bridge.index)
        #expect(near.isUp && near.hasCarrier && !near.isLoopback && near.mtu == 1500)
        #expect(near.mac == MACAddress("02:00:00:00:00:0a"))
        #expect(!bridge.isUp)
        #expect(links.first { $0.name == "lo" }?.isLoopback == true)
        let neighbour = try #require(neighbours.first { $0.address.description == "192.0.2.9" })
        #expect(neighbour.isValid && neighbour.mac == MACAddress("02:00:00:00:00:09"))
        let byDefault = try #require(routes.first { $0.destination.length == 0 })
        #expect(byDefault.gateway == IPAddress("192.0.2.254"))
        #expect(byDefault.outputInterface == near.index)
        #expect(byDefault.metric == 7)
        #expect(routes.contains { $0.destination.description == "192.0.2.0/24" && $0.gateway == nil })
        #expect(none.isEmpty)
    }

    @Test func `asks for the route to a client from a virtual address`() throws {
        let client = try #require(IPAddress("198.51.100.7"))
        let vip = try #require(IPAddress("192.0.2.100"))
        let (route, own, missing) = try NetworkNamespace.run { () -> (Route, Route, NetlinkError?) in
            try NetworkNamespace.command(
                """
                ip link add d0 type veth peer name d1 && ip link set d1 up && ip link set d0 up && ip addr add 192.0.2.1/24 dev d0 &&
                ip addr add 192.0.2.100/32 dev lo && ip route add default via 192.0.2.254
                """
            )
            let socket = try RouteSocket()
            let route = try socket.route(to: client, from: vip)
            let own = try socket.route(to: vip)
            try NetworkNamespace.command("ip route del default")
            do {
                _ = try socket.route(to: client)
                return (route, own, nil)
            } catch let error as NetlinkError {
                return (route, own, error)
            }
        }
        #expect(route.gateway == IPAddress("192.0.2.254"))
        #expect(route.outputInterface != nil)
        #expect(own.isLocal)
        #expect(missing?.code == .networkUnreachable)
    }
}
