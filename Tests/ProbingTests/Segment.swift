import CLinux
import Glibc
import Health
import Linux
import Primitives
import SystemPackage
import TestNetwork

@testable import Probing

/// A LAN of five machines at a bridge: the director of the calling thread, the other director, two real servers and a
/// machine that has nothing to do with them.
final class Segment {
    /// Which director the probing one is.
    enum Role: CaseIterable, Sendable {
        /// It has the virtual address itself.
        case active
        /// The other one has it.
        case backup
    }

    /// A machine at the bridge.
    enum Member: UInt8, CaseIterable, Sendable {
        case director = 2
        case otherDirector = 3
        case web1 = 11
        case web2 = 12
        case stranger = 99

        /// Its Ethernet address.
        var mac: MACAddress { MACAddress(rawValue: 0x0200_5e10_0000 | UInt64(rawValue)) }
        /// Its own address.
        func address(_ family: AddressFamily) -> IPAddress { Segment.address(family, rawValue) }
    }

    static func address(_ family: AddressFamily, _ last: UInt8) -> IPAddress {
        switch family {
        case .ipv4: .v4(IPv4Address(192, 0, 2, last))
        case .ipv6: .v6(IPv6Address(high: 0x2001_0db8_0000_0000, low: UInt64(last)))
        }
    }

    let role: Role
    /// The family of everything on this LAN.
    let family: AddressFamily
    /// The virtual address.
    let virtual: IPAddress
    let witness: ProbingWitness
    private let bridge: Machine
    private let machines: [Member: Machine]

    /// Lays the cables; both real servers are correct and serve port 80.
    init(_ role: Role, _ family: AddressFamily = .ipv4) throws {
        self.role = role
        self.family = family
        virtual = Self.address(family, 100)
        let bridge = try Machine()
        try bridge.command("ip link add lan type bridge mcast_snooping 0 && ip link set lan up")
        var machines: [Member: Machine] = [:]
        for member in Member.allCases {
            var number = Machine.callingThread
            if member != .director {
                let machine = try Machine()
                (machines[member], number) = (machine, machine.number)
            }
            try bridge.command(
                "ip link add port\(member.rawValue) type veth peer name eth0 address \(member.mac) netns \(number)"
                    + " && ip link set port\(member.rawValue) master lan up"
            )
        }
        (self.bridge, self.machines) = (bridge, machines)
        witness = try ProbingWitness()
        let isIPv4 = family == .ipv4
        for member in Member.allCases {
            try on(
                member,
                "ip link set eth0 up && ip address add \(member.address(family))/\(isIPv4 ? "24" : "64 nodad") dev eth0"
            )
        }
        let holder = role == .active ? Member.director : .otherDirector
        try add(to: holder, "eth0")
        // A router is known by its link-local address over IPv6.
        if !isIPv4 { try on(.otherDirector, "ip address add \(Self.linkLocal)/64 dev eth0 nodad") }
        for server in [Member.web1, .web2] {
            if isIPv4 {
                try on(server, "sysctl -qw net.ipv4.conf.all.arp_ignore=1 net.ipv4.conf.all.arp_announce=2")
            }
            try add(to: server, "lo")
            try machines[server]?.perform { try Self.serve(80) }
        }
    }

    private static let linkLocal = IPAddress.v6(IPv6Address(high: 0xfe80_0000_0000_0000, low: 3))

    /// Gives a machine the virtual address.
    func add(to member: Member, _ interface: String) throws {
        try on(member, "ip address add \(prefix) dev \(interface) \(family == .ipv4 ? "" : "nodad")")
    }

    /// The virtual address alone.
    var prefix: Prefix { Prefix(host: virtual) }

    /// Listens on a port of all addresses, in the calling thread's namespace.
    private static func serve(_ port: UInt16) throws {
        let listener = socket(AF_INET6, Int32(SOCK_STREAM.rawValue), 0)
        let everywhere = Endpoint(address: .v6(IPv6Address(high: 0, low: 0)), port: port)
        if let error = SocketAddress.bind(listener, to: everywhere) { throw error }
        try SystemCall.run { listen(listener, 4096) }
    }

    /// Has a real server serve another port.
    func serve(_ port: UInt16, on server: Member) throws {
        try machines[server]?.perform { try Segment.serve(port) }
    }

    /// Runs a shell command on a machine.
    func on(_ member: Member, _ command: String) throws {
        guard let machine = machines[member] else { return try NetworkNamespace.command(command) }
        try machine.command(command)
    }

    /// Has a machine send a frame.
    func sendFrame(_ frame: [UInt8], from member: Member) throws {
        try machines[member]?.perform {
            try PacketSocket(interfaceIndex: Interface.named("eth0").index, etherType: PacketSocket.allTypes)
                .send(frame)
        }
    }

    /// Has a real server send a datagram from the virtual address to a machine of the LAN that is not there.
    func sendFromVirtualAddress(_ server: Member) throws {
        let virtual = virtual
        try machines[server]?.perform {
            let sender = socket(AF_INET, Int32(SOCK_DGRAM.rawValue), 0)
            defer { close(sender) }
            if let error = SocketAddress.bind(sender, to: Endpoint(address: virtual, port: 0)) { throw error }
            let nobody = Endpoint(address: .v4(IPv4Address(192, 0, 2, 77)), port: 9)
            if let error = SocketAddress.connect(sender, to: nobody) { throw error }
            try SystemCall.run { Int32(send(sender, "x", 1, 0)) }
        }
    }

    /// The direct path to a port of a real server.
    func path(_ server: Member, port: UInt16 = 80) -> ProbeTarget {
        var settings = ProbeSettings()
        settings.interval = .milliseconds(100)
        settings.timeout = .milliseconds(80)
        let real = Endpoint(address: server.address(family), port: port)
        return ProbeTarget(.directPath(virtual: Endpoint(address: virtual, port: port), real: real), settings)
    }

    /// Probes the direct path to both real servers, or to some of them, and watches the virtual address.
    func watch(probing probed: [Member] = [.web1, .web2], ports: [UInt16] = [80]) {
        let targets = ports.flatMap { port in probed.map { path($0, port: port) } }
        var demand = ProbeDemand(interface: "eth0", virtualAddresses: [virtual], targets: targets)
        demand.realServers = [Member.web1, .web2].map { $0.address(family) }
        let other = family == .ipv4 ? Member.otherDirector.address(family) : Self.linkLocal
        demand.owners = [AddressOwner(address: virtual, router: role == .active ? nil : other)]
        witness.post(demand)
    }

    /// What a run says of a real server that answers for the virtual address.
    func evidence(_ server: Member) -> String {
        let deed = "answers \(family.neighbourProtocol) for"
        return "\(server.address(family)) at \(server.mac) \(deed) \(virtual)"
    }

    /// The finding that a machine does something with the virtual address that only the Active Router may.
    func finding(_ member: Member, _ claim: AddressClaim) -> AddressFinding {
        let isServer = member == .web1 || member == .web2
        return AddressFinding(
            address: virtual,
            mac: member.mac,
            realServer: isServer ? member.address(family) : nil,
            claim: claim,
        )
    }
}
