import Glibc
import Linux
import Netlink
import Primitives
import SystemPackage
import TestNetwork
import Testing

@Suite struct MonitorTests {
    /// Takes events until there are so many or ten seconds are over.
    static func collect<Event>(_ descriptor: Int32, _ count: Int, _ read: () throws -> [Event]) throws -> [Event] {
        var reactor = try Reactor()
        try reactor.add(descriptor, token: 0, interest: .read)
        let deadline = Clock.now + .seconds(10)
        var events: [Event] = []
        while events.count < count, Clock.now < deadline {
            _ = try reactor.wait(until: deadline)
            events += try read()
        }
        return events
    }

    @Test func `announces addresses and links`() throws {
        let vip = try RouteSocketTests.address("192.0.2.100/32", on: 1, label: OwnershipMark.label)
        let (idle, addressEvents, linkEvents) = try NetworkNamespace.run {
            let monitor = try RouteMonitor()
            let idle = try monitor.read()
            let socket = try RouteSocket()
            try socket.add(vip, noDAD: false)
            try socket.remove(vip)
            let addressEvents = try Self.collect(monitor.raw, 2) { try monitor.read() }
            try NetworkNamespace.command(
                "ip link add d0 type veth peer name d1 && ip link set d1 up && ip link set d0 up && ip link del d0"
            )
            var linkEvents: [RouteEvent] = []
            for _ in 0..<10 where !linkEvents.contains(where: { if case .linkRemoved = $0 { true } else { false } }) {
                linkEvents += try Self.collect(monitor.raw, 1) { try monitor.read() }
            }
            return (idle, addressEvents, linkEvents)
        }
        #expect(idle.isEmpty)
        let kinds = addressEvents.map { event -> String in
            guard case .address(let change, let address) = event else { return "other" }
            return "\(change) \(address.prefix) \(address.isMarked)"
        }
        #expect(kinds == ["added 192.0.2.100/32 true", "removed 192.0.2.100/32 true"])
        let links = linkEvents.compactMap { event -> Link? in if case .link(let link) = event { link } else { nil } }
        #expect(links.contains { $0.name == "d0" && !$0.isUp } && links.contains { $0.name == "d0" && $0.isUp })
        let removed = linkEvents.compactMap { event in if case .linkRemoved(let index) = event { index } else { nil } }
        #expect(removed.contains { index in links.contains { $0.index == index && $0.name == "d0" } })
    }

    @Test func `says when announcements were lost`() throws {
        let vip = try RouteSocketTests.address("192.0.2.100/32", on: 1)
        let events = try NetworkNamespace.run {
            let monitor = try RouteMonitor(groups: .ipv4Addresses)
            let socket = try RouteSocket()
            for _ in 0..<4_000 {
                try socket.add(vip, noDAD: false)
                try socket.remove(vip)
            }
            var events: [RouteEvent] = []
            while true {
                let more = try monitor.read()
                if more.isEmpty { return events }
                events += more
            }
        }
        #expect(events.contains(.overflow))
        #expect(events.count > 1, "what was buffered before still arrives")
    }

    /// Opens a listening TCP socket.
    static func listen(_ family: Int32, port: UInt16, ipv6Only: Bool = false) throws -> Linux.FileDescriptor {
        let descriptor = Linux.FileDescriptor(
            consuming: try SystemCall.run { socket(family, Int32(SOCK_STREAM.rawValue), 0) }
        )
        let raw = descriptor.raw
        try SystemCall.setOption(raw, SOL_SOCKET, SO_REUSEADDR, 1)
        if family == AF_INET6 { try SystemCall.setOption(raw, Int32(IPPROTO_IPV6), IPV6_V6ONLY, ipv6Only ? 1 : 0) }
        let size = family == AF_INET ? 16 : 28
        var name = [UInt8](repeating: 0, count: size)
        name.replaceSubrange(0..<2, with: NativeBytes.of(UInt16(family)))
        name.replaceSubrange(2..<4, with: [UInt8(port >> 8), UInt8(port & 255)])
        try SystemCall.run {
            name.withUnsafeBytes { bind(raw, $0.assumingMemoryBound(to: sockaddr.self).baseAddress, socklen_t(size)) }
        }
        try SystemCall.run { Glibc.listen(raw, 16) }
        return descriptor
    }

    @Test func `dumps listeners and hears of their end`() throws {
        let (listeners, woken, events, after) = try NetworkNamespace.run {
            let monitor = try ListenerMonitor()
            let diagnostics = try SocketDiagnostics()
            let plain = try Self.listen(AF_INET, port: 8080)
            let dual = try Self.listen(AF_INET6, port: 8081)
            let six = try Self.listen(AF_INET6, port: 8082, ipv6Only: true)
            let listeners = try diagnostics.listeners()
            // The ends of connections wake nobody.
            try NetworkNamespace.command("bash -c 'for i in 1 2 3; do : </dev/tcp/127.0.0.1/8080; done'")
            var reactor = try Reactor()
            try reactor.add(monitor.raw, token: 0, interest: .read)
            let woken = try reactor.wait(until: Clock.now + .milliseconds(100))
            try plain.close()
            try dual.close()
            let events = try Self.collect(monitor.raw, 2) { try monitor.read() }
            let after = try diagnostics.listeners()
            try six.close()
            return (listeners, woken, events, after)
        }
        let any = try #require(IPAddress("0.0.0.0"))
        let any6 = try #require(IPAddress("::"))
        let target = try #require(Endpoint("192.0.2.100:8081"))
        #expect(listeners.map(\.endpoint.port).sorted() == [8080, 8081, 8082])
        #expect(listeners.allSatisfy { $0.backlog == 16 && $0.queue == 0 && $0.inode > 0 })
        #expect(listeners.filter { $0.covers(target) }.map(\.endpoint.port) == [8081])
        #expect(listeners.filter(\.isIPv6Only).map(\.endpoint.port) == [8082])
        let expected: Set<ListenerEvent> = [
            .listenerDestroyed(Endpoint(address: any, port: 8080)),
            .listenerDestroyed(Endpoint(address: any6, port: 8081)),
        ]
        #expect(woken.isEmpty)
        #expect(Set(events) == expected)
        #expect(after.map(\.endpoint.port) == [8082])
    }

    @Test func `counts connections to an address, those of dual-stack listeners too`() throws {
        let vip = try #require(IPAddress("192.0.2.100"))
        let counts = try NetworkNamespace.run {
            try NetworkNamespace.command("ip addr add 192.0.2.100/32 dev lo")
            let diagnostics = try SocketDiagnostics()
            let listener = try Self.listen(AF_INET6, port: 8081)
            let before = try diagnostics.connectionCounts(localAddress: vip)
            func connected(from source: IPAddress) throws -> Linux.FileDescriptor {
                func name(_ address: IPAddress, _ port: [UInt8]) -> [UInt8] {
                    NativeBytes.of(UInt16(AF_INET)) + port + address.bytes + [UInt8](repeating: 0, count: 8)
                }
                let client = Linux.FileDescriptor(
                    consuming: try SystemCall.run { socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0) }
                )
                let raw = client.raw
                try SystemCall.run {
                    name(source, [0, 0]).withUnsafeBytes {
                        bind(raw, $0.assumingMemoryBound(to: sockaddr.self).baseAddress, 16)
                    }
                }
                try SystemCall.run {
                    name(vip, [0x1f, 0x91]).withUnsafeBytes {
                        connect(raw, $0.assumingMemoryBound(to: sockaddr.self).baseAddress, 16)
                    }
                }
                return client
            }
            let client = try connected(from: .v4(IPv4Address(127, 0, 0, 1)))
            let during = try diagnostics.connectionCounts(localAddress: vip)
            let own = try connected(from: vip)
            let withOwn = try diagnostics.connectionCounts(localAddress: vip)
            let queue = try diagnostics.listeners(family: .ipv6).first?.queue
            try client.close()
            try own.close()
            try listener.close()
            return (before, during, withOwn, queue)
        }
        #expect(counts.0.all == 0 && counts.0.clients.isEmpty)
        #expect(counts.1.all == 1 && counts.1.clients == [8081: 1])
        #expect(counts.2.all == 3, "both ends of the node's own connection have the address")
        #expect(counts.2.clients == [8081: 1])
        #expect(counts.3 == 2, "nobody has accepted them yet")
    }
}
