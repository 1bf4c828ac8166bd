import Balancing
import CLinux
import Glibc
import IPVS
import Linux
import Primitives
import TestNetwork
import Testing

@testable import Dataplane

/// The watch of a director that hands over, in a namespace where clients connect by the loopback interface.
@Suite struct OpeningWatchTests {
    private static let settings = ConnectionSyncSettings(identifier: 7, interface: "v0")

    @Test(arguments: [IPAddress.v4(IPv4Address(127, 0, 0, 1)), .v6(IPv6Address(high: 0, low: 1))])
    func `tells of a SYN to a service once, and of nothing else`(address: IPAddress) throws {
        let (keys, client, message, others) = try NetworkNamespace.run {
            try NetworkNamespace.command(
                "ip link set lo up && ip link add v0 type veth peer name v1 && ip link set v0 up && ip link set v1 up"
                    + " && ip address add 192.0.2.1/24 dev v0"
            )
            let (service, other) = (try Listener(at: address), try Listener(at: address))
            let identity = ServiceIdentity(protocol: .tcp, endpoint: service.endpoint)
            var watch = try OpeningWatch(Self.settings, services: [identity], realServers: [])
            let witness = try PacketSocket(
                interfaceIndex: try Interface.named("v1").index,
                etherType: 0x0800,
                filter: [.loadByte(23), .jumpIfEqual(17, 0, 1), .accept(65535), .accept(0)],
            )
            // The answer with SYN and ACK, the acknowledgement and the reset at the end pass the interface as well.
            let client = try service.connect()
            let keys = try watch.turn(until: Clock.now + .seconds(5)).opened
            let message = try witness.receive()?.bytes
            _ = try other.connect()
            return (keys, client, message, try watch.turn(until: Clock.now + .milliseconds(200)))
        }
        #expect(keys.map(\.client) == [client])
        #expect(keys.map(\.service.endpoint.address) == [address])
        #expect(others.isEmpty)
        // Behind the headers of Ethernet, IP and UDP.
        let told = try #require(message)[42...]
        #expect(Array(told) == SyncMessage.encode(keys.map { SyncedConnection(opening: $0) }, identifier: 7).first)
    }
}

extension OpeningWatchTests {
    @Test func `knows nothing of what was meant for another machine`() throws {
        let service = Self.service
        let (own, foreign) = try NetworkNamespace.run {
            try NetworkNamespace.command(
                "ip link add v0 address 02:00:00:00:00:01 type veth peer name v1"
                    + " && ip link set v0 up promisc on && ip link set v1 up && ip address add 192.0.2.1/24 dev v0"
            )
            var watch = try OpeningWatch(Self.settings, services: [service], realServers: [])
            let client = try PacketSocket(interfaceIndex: try Interface.named("v1").index, etherType: 0x0800)
            try client.send(Self.frame(to: 0x99))
            let foreign = try watch.turn(until: Clock.now + .milliseconds(200))
            try client.send(Self.frame(to: 0x01))
            return (try watch.turn(until: Clock.now + .seconds(5)).opened, foreign)
        }
        #expect(own.map(\.service) == [service] && own.map(\.client.port) == [50_000])
        #expect(foreign.isEmpty)
    }

    /// In emulation a look at the table once took 1.8 s, in which the successor dropped what clients said to it.
    @Test func `tells of the real server that a SYN goes on to, at once`() throws {
        let realServer = IPAddress.v4(IPv4Address(192, 0, 2, 15))
        let told = try NetworkNamespace.run {
            try NetworkNamespace.command(
                "ip link add v0 address 02:00:00:00:00:01 type veth peer name v1"
                    + " && ip link set v0 up && ip link set v1 up && ip address add 192.0.2.1/24 dev v0"
            )
            var watch = try OpeningWatch(Self.settings, services: [Self.service], realServers: [realServer])
            let (inside, outside) = (try Interface.named("v0").index, try Interface.named("v1").index)
            let client = try PacketSocket(interfaceIndex: outside, etherType: 0x0800)
            let director = try PacketSocket(interfaceIndex: inside, etherType: 0x0800)
            let witness = try PacketSocket(
                interfaceIndex: outside,
                etherType: 0x0800,
                filter: [.loadByte(23), .jumpIfEqual(17, 0, 1), .accept(65535), .accept(0)],
            )
            // What the director sends by itself, as a probe of the path, opens no client's connection.
            try director.send(Self.frame(to: 0x15))
            var turns = [try watch.turn(until: Clock.now + .seconds(5))]
            try client.send(Self.frame(to: 0x01))
            turns.append(try watch.turn(until: Clock.now + .seconds(5)))
            // Nobody is known to be there yet.
            try director.send(Self.frame(to: 0x15))
            turns.append(try watch.turn(until: Clock.now + .seconds(5)))
            // A neighbour that is learned later is found, though not by every frame.
            try NetworkNamespace.command("ip neighbour add 192.0.2.15 lladdr 02:00:00:00:00:15 dev v0")
            let end = Clock.now + .seconds(5)
            while turns.last?.forwarded.isEmpty == true, Clock.now < end {
                try director.send(Self.frame(to: 0x15))
                turns.append(try watch.turn(until: Clock.now + .seconds(1)))
            }
            // The kernel has chosen: what else it sends of this connection is no news.
            try director.send(Self.frame(to: 0x15))
            turns.append(try watch.turn(until: Clock.now + .seconds(5)))
            // Sent again, the SYN and what becomes of it are often read in one turn, and told as one.
            try client.send(Self.frame(to: 0x01))
            try director.send(Self.frame(to: 0x15))
            turns.append(try watch.turn(until: Clock.now + .seconds(5)))
            if turns.last?.forwarded.isEmpty == true { turns.append(try watch.turn(until: Clock.now + .seconds(5))) }
            var messages: [[UInt8]] = []
            while let frame = try witness.receive() { messages.append(Array(frame.bytes[42...])) }
            return (turns, messages)
        }
        let opened = told.0.flatMap(\.opened)
        let key = try #require(opened.first)
        let destination = Endpoint(address: realServer, port: 80)
        #expect(told.0[0].isEmpty && opened == [key, key])
        #expect(told.0.flatMap { Array($0.forwarded) }.map(\.key) == [key, key])
        #expect(told.0.flatMap { Array($0.forwarded.values) } == [destination, destination])
        let forwarding = SyncedConnection(forwarding: key, to: destination)
        #expect(SyncMessage.encode([forwarding], identifier: 7).allSatisfy(told.1.contains))
        #expect(told.1.last == SyncMessage.encode([forwarding], identifier: 7).first)
    }

    private static let service = ServiceIdentity(
        protocol: .tcp,
        endpoint: Endpoint(address: .v4(IPv4Address(192, 0, 2, 100)), port: 80)
    )

    /// A SYN from 192.0.2.7 port 50000 to 192.0.2.100 port 80.
    private static func frame(to machine: UInt8) -> [UInt8] {
        let link: [UInt8] = [2, 0, 0, 0, 0, machine, 2, 0, 0, 0, 0, 7, 8, 0]
        let network: [UInt8] = [0x45, 0, 0, 40, 0, 0, 0x40, 0, 64, 6, 0, 0, 192, 0, 2, 7, 192, 0, 2, 100]
        let transport: [UInt8] = [0xc3, 0x50, 0, 80, 0, 0, 0, 1, 0, 0, 0, 0, 0x50, 0x02, 0xff, 0xff, 0, 0, 0, 0]
        return link + network + transport
    }
}

/// A listener, and clients of it.
private final class Listener {
    private let descriptor: Int32
    let endpoint: Endpoint

    init(at address: IPAddress) throws {
        descriptor = try Self.socket(at: address)
        try #require(listen(descriptor, 8) == 0)
        endpoint = Endpoint(address: address, port: Self.port(of: descriptor))
    }

    /// Connects and resets; gives where the client was.
    func connect() throws -> Endpoint {
        let client = try Self.socket(at: endpoint.address)
        defer { close(client) }
        try SystemCall.setOption(client, SOL_SOCKET, SO_LINGER, bytes: [1, 0, 0, 0, 0, 0, 0, 0])
        let name = Self.name(endpoint)
        let code = name.withUnsafeBytes { bytes in
            bytes.baseAddress.map {
                Glibc.connect(client, $0.assumingMemoryBound(to: sockaddr.self), socklen_t(bytes.count))
            }
        }
        try #require(code == 0)
        return Endpoint(address: endpoint.address, port: Self.port(of: client))
    }

    private static func socket(at address: IPAddress) throws -> Int32 {
        let descriptor = Glibc.socket(Int32(address.family.rawValue), Int32(SOCK_STREAM.rawValue), 0)
        let name = name(Endpoint(address: address, port: 0))
        let code = name.withUnsafeBytes { bytes in
            bytes.baseAddress.map {
                bind(descriptor, $0.assumingMemoryBound(to: sockaddr.self), socklen_t(bytes.count))
            }
        }
        try #require(code == 0)
        return descriptor
    }

    /// `struct sockaddr_in` or `struct sockaddr_in6`.
    private static func name(_ endpoint: Endpoint) -> [UInt8] {
        let head = [UInt8(endpoint.address.family.rawValue), 0, UInt8(endpoint.port >> 8), UInt8(endpoint.port & 0xff)]
        return switch endpoint.address {
        case .v4(let address): head + address.bytes + [UInt8](repeating: 0, count: 8)
        case .v6(let address): head + [0, 0, 0, 0] + address.bytes + [0, 0, 0, 0]
        }
    }

    private static func port(of descriptor: Int32) -> UInt16 {
        var bytes = [UInt8](repeating: 0, count: 28)
        var length = socklen_t(bytes.count)
        _ = bytes.withUnsafeMutableBytes { buffer in
            buffer.baseAddress.map { getsockname(descriptor, $0.assumingMemoryBound(to: sockaddr.self), &length) }
        }
        return UInt16(bytes[2]) << 8 | UInt16(bytes[3])
    }

    deinit { close(descriptor) }
}
