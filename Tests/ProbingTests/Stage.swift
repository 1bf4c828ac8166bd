import CLinux
import Glibc
import Health
import Primitives
import TestNetwork
import Testing

@testable import Probing

/// A director's namespace with a real server's behind a veth pair: 192.0.2.2 and 192.0.2.11, VIP 192.0.2.100.
final class Stage {
    static let virtual = Endpoint(address: .v4(IPv4Address(192, 0, 2, 100)), port: 80)
    static let real = Endpoint(address: .v4(IPv4Address(192, 0, 2, 11)), port: 80)

    private let machine: Machine
    private let witness: ProbingWitness

    /// Builds both namespaces from the calling thread's, with a server on port 80 of all addresses.
    init() throws {
        machine = try Machine()
        for command in [
            "ip link add eth0 type veth peer name server0 netns \(machine.number)", "ip link set eth0 up",
            "ip address add 192.0.2.2/24 dev eth0",
        ] { try NetworkNamespace.command(command) }
        witness = try ProbingWitness()
        for command in [
            "ip address add 192.0.2.100/32 dev lo", "ip link set server0 up",
            "ip address add 192.0.2.11/24 dev server0",
        ] { try machine.command(command) }
        try machine.perform {
            let listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
            _ = SocketAddress.bind(
                listener,
                to: Endpoint(address: .v4(IPv4Address(rawValue: 0)), port: 80)
            )
            _ = listen(listener, 4096)
        }
    }

    /// Runs a shell command in the real server's namespace.
    func server(_ command: String) throws { try machine.command(command) }

    /// Probes the real address and the direct path of one port.
    func probe(port: UInt16 = 80) -> (tcp: ProbeTarget, path: ProbeTarget) {
        var settings = ProbeSettings()
        settings.interval = .milliseconds(50)
        settings.timeout = .milliseconds(50)
        let real = Endpoint(address: Self.real.address, port: port)
        let virtual = Endpoint(address: Self.virtual.address, port: port)
        let tcp = ProbeTarget(.tcp(real), settings)
        let path = ProbeTarget(.directPath(virtual: virtual, real: real), settings)
        demand([tcp, path])
        return (tcp, path)
    }

    /// Probes exactly this.
    func demand(_ targets: [ProbeTarget]) {
        witness.post(
            ProbeDemand(interface: "eth0", virtualAddresses: [Self.virtual.address], targets: targets)
        )
    }

    /// Probes a direct path while this director is the Active Router, or another machine is.
    func watch(_ target: ProbeTarget, router: IPAddress?) throws {
        var demand = ProbeDemand(interface: "eth0", virtualAddresses: [Self.virtual.address], targets: [target])
        demand.owners = [AddressOwner(address: Self.virtual.address, router: router)]
        witness.post(demand)
    }

    /// Waits for what the summaries say of who answers ARP.
    func waitForFindings(_ holds: ([AddressFinding]) -> Bool) throws { try witness.waitForFindings(holds) }

    /// Waits until a target is believed to be in a state for a reason; a lasting one may have been told before.
    @discardableResult
    func wait(for target: ProbeTarget, _ reason: Reason, isLasting: Bool = false) throws -> ProbeReport.Entry {
        try witness.wait(for: target, reason, isLasting: isLasting)
    }

    /// How many turns the probing thread made.
    var turns: UInt64 { witness.turns }

    /// Ends the probing thread.
    func stop() { witness.stop() }
}
