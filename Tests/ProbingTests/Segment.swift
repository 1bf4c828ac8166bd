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
        var ipv4: IPv4Address { IPv4Address(192, 0, 2, rawValue) }
        var address: IPAddress { .v4(ipv4) }
    }

    static let virtual = IPv4Address(192, 0, 2, 100)

    let role: Role
    let witness: ProbingWitness
    private let bridge: Machine
    private let machines: [Member: Machine]

    /// Lays the cables; both real servers are correct and serve port 80.
    init(_ role: Role) throws {
        self.role = role
        let bridge = try Machine()
        try bridge.command("ip link add lan type bridge && ip link set lan up")
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
        for member in Member.allCases {
            let run = machines[member].map { machine in machine.command } ?? NetworkNamespace.command
            try run("ip link set eth0 up && ip address add \(member.ipv4)/24 dev eth0")
        }
        if role == .active {
            try NetworkNamespace.command("ip address add \(Self.virtual)/32 dev eth0")
        } else {
            try machines[.otherDirector]?.command("ip address add \(Self.virtual)/32 dev eth0")
        }
        witness = try ProbingWitness()
        for server in [Member.web1, .web2] {
            try on(
                server,
                "sysctl -qw net.ipv4.conf.all.arp_ignore=1 net.ipv4.conf.all.arp_announce=2"
                    + " && ip address add \(Self.virtual)/32 dev lo"
            )
            try machines[server]?.perform { try Self.serve() }
        }
    }

    /// Listens on port 80 of all addresses, in the calling thread's namespace.
    private static func serve() throws {
        let listener = socket(AF_INET6, Int32(SOCK_STREAM.rawValue), 0)
        let everywhere = Endpoint(address: .v6(IPv6Address(high: 0, low: 0)), port: 80)
        if let error = SocketAddress.bind(listener, to: everywhere) { throw error }
        try SystemCall.run { listen(listener, 4096) }
    }

    /// Runs a shell command on a machine.
    func on(_ member: Member, _ command: String) throws { try machines[member]?.command(command) }

    /// Has a real server send a datagram from the virtual address to a machine of the LAN that is not there.
    func sendFromVirtualAddress(_ server: Member) throws {
        try machines[server]?.perform {
            let sender = socket(AF_INET, Int32(SOCK_DGRAM.rawValue), 0)
            defer { close(sender) }
            if let error = SocketAddress.bind(sender, to: Endpoint(address: .v4(Self.virtual), port: 0)) { throw error }
            let nobody = Endpoint(address: .v4(IPv4Address(192, 0, 2, 77)), port: 9)
            if let error = SocketAddress.connect(sender, to: nobody) { throw error }
            try SystemCall.run { Int32(send(sender, "x", 1, 0)) }
        }
    }

    /// The direct path to a real server.
    func path(_ server: Member) -> ProbeTarget {
        var settings = ProbeSettings()
        settings.interval = .milliseconds(100)
        settings.timeout = .milliseconds(80)
        let virtual = Endpoint(address: .v4(Self.virtual), port: 80)
        return ProbeTarget(.directPath(virtual: virtual, real: Endpoint(address: server.address, port: 80)), settings)
    }

    /// Probes the direct path to both real servers and watches the virtual address.
    func watch() {
        var demand = ProbeDemand(
            interface: "eth0",
            virtualAddresses: [.v4(Self.virtual)],
            targets: [path(.web1), path(.web2)],
        )
        let router = role == .active ? nil : Member.otherDirector.ipv4
        demand.owners = [AddressOwner(address: Self.virtual, router: router)]
        witness.post(demand)
    }

    /// The finding that a machine does something with the virtual address that only the Active Router may.
    func finding(_ member: Member, _ claim: AddressClaim) -> AddressFinding {
        let isServer = member == .web1 || member == .web2
        return AddressFinding(
            address: Self.virtual,
            mac: member.mac,
            realServer: isServer ? member.ipv4 : nil,
            claim: claim,
        )
    }
}
