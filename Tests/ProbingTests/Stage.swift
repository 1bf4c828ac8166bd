import CLinux
import Glibc
import Health
import Linux
import Primitives
import SystemPackage
import TestNetwork
import Testing

@testable import Probing

/// A director's namespace with a real server's behind a veth pair: 192.0.2.2 and 192.0.2.11, VIP 192.0.2.100.
final class Stage {
    static let virtual = Endpoint(address: .v4(IPv4Address(192, 0, 2, 100)), port: 80)
    static let real = Endpoint(address: .v4(IPv4Address(192, 0, 2, 11)), port: 80)

    struct TimedOut: Error {
        var last: [String]
    }

    private let orders: Mailbox<@Sendable () -> Void>
    private let done: Mailbox<Bool>
    private let reports: Mailbox<ProbeReport>
    private let thread: ProbingThread
    /// What the last summary said of who answers ARP.
    private(set) var findings: [AddressFinding] = []
    private var states: [ProbeTarget: ProbeReport.Entry] = [:]

    /// Builds both namespaces from the calling thread's, with a server on port 80 of all addresses.
    init() throws {
        let reports = try Mailbox<ProbeReport>(capacity: 8192, whenFull: .dropOldest)
        self.reports = reports
        let orders = try Mailbox<@Sendable () -> Void>(capacity: 16, whenFull: .refuse)
        self.orders = orders
        done = try Mailbox(capacity: 16, whenFull: .refuse)
        let threads = try Mailbox<Int32>(capacity: 1, whenFull: .refuse)
        try LoopThread.start(name: "real-server") {
            guard tandem_unshare_network() == 0 else { return }
            // The first word of a thread's stat is its number, which names its namespace to `ip link`.
            let stat = try? SystemFile.read("/proc/thread-self/stat")
            let digits = String(decoding: (stat ?? []).prefix { $0 != 0x20 }, as: UTF8.self)
            threads.post(Int32(digits) ?? 0)
            while let order = Self.next(of: orders) { order() }
        }
        guard let server = Self.next(of: threads) else { throw Errno.noSuchProcess }
        for command in [
            "ip link add eth0 type veth peer name server0 netns \(server)", "ip link set eth0 up",
            "ip address add 192.0.2.2/24 dev eth0",
        ] { try NetworkNamespace.command(command) }
        thread = try ProbingThread.start(seed: 1) { reports.post($0) }
        for command in [
            "ip link set lo up", "ip address add 192.0.2.100/32 dev lo", "ip link set server0 up",
            "ip address add 192.0.2.11/24 dev server0",
        ] { try self.server(command) }
        try onServer {
            let listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
            _ = SocketAddress.bind(
                listener,
                to: Endpoint(address: .v4(IPv4Address(rawValue: 0)), port: 80)
            )
            _ = listen(listener, 4096)
        }
    }

    private static func next<Message>(of mailbox: Mailbox<Message>) -> Message? {
        do {
            var reactor = try Reactor()
            try reactor.add(mailbox.descriptor, token: 0, interest: .read)
            while true {
                _ = try reactor.wait(until: nil)
                if let message = mailbox.drain().first { return message }
            }
        } catch {
            return nil
        }
    }

    /// Runs something in the real server's namespace and waits for its end.
    func onServer(_ body: @escaping @Sendable () -> Void) throws {
        let done = done
        orders.post {
            body()
            done.post(true)
        }
        guard Self.next(of: done) != nil else { throw Errno.noSuchProcess }
    }

    /// Runs a shell command in the real server's namespace.
    func server(_ command: String) throws { try onServer { _ = system(command) } }

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
        thread.post(
            ProbeDemand(interface: "eth0", virtualAddresses: [Self.virtual.address], targets: targets)
        )
    }

    /// Probes a direct path while this director is the Active Router, or another machine is.
    func watch(_ target: ProbeTarget, router: IPv4Address?) throws {
        let address = try #require(Self.virtual.address.ipv4)
        var demand = ProbeDemand(interface: "eth0", virtualAddresses: [Self.virtual.address], targets: [target])
        demand.owners = [AddressOwner(address: address, router: router)]
        thread.post(demand)
    }

    /// Waits for what the summaries say of who answers ARP.
    func waitForFindings(_ holds: ([AddressFinding]) -> Bool) throws {
        var reactor = try Reactor()
        try reactor.add(reports.descriptor, token: 0, interest: .read)
        let deadline = Clock.now + .seconds(8)
        while Clock.now < deadline {
            _ = try reactor.wait(until: deadline)
            for report in reports.drain() where report.isSummary { findings = report.findings }
            if holds(findings) { return }
        }
        throw TimedOut(last: findings.map { "\($0)" })
    }

    /// Waits until a target is believed to be in a state for a reason; a lasting one may have been told before.
    @discardableResult
    func wait(for target: ProbeTarget, _ reason: Reason, isLasting: Bool = false) throws -> ProbeReport.Entry {
        if let entry = states[target], entry.verdict.reason == reason, isLasting { return entry }
        var reactor = try Reactor()
        try reactor.add(reports.descriptor, token: 0, interest: .read)
        let deadline = Clock.now + .seconds(8)
        while Clock.now < deadline {
            _ = try reactor.wait(until: deadline)
            for report in reports.drain() {
                if report.isSummary { findings = report.findings }
                for entry in report.entries { states[entry.target] = entry }
            }
            if let entry = states[target], entry.verdict.reason == reason { return entry }
        }
        throw TimedOut(last: states.values.map { "\($0.target.check): \($0.verdict)" })
    }

    /// How many turns the probing thread made.
    var turns: UInt64 { thread.completedTurns }

    /// Ends the probing thread.
    func stop() { thread.stop() }
}
