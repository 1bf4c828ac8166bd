import DirectorCore
import Primitives

/// A director's addresses thread: the shipped plan, on a kernel that takes its time and refuses now and then.
final class AddressThread {
    private unowned let process: DirectorProcess
    private unowned let world: Simulation
    private unowned let node: DirectorNode
    private var demand: AddressDemand?
    private var applied: AddressDemand?
    private var reported: AddressReport?
    private var repairs: UInt64 = 0
    private var lookAt: MonotonicInstant?
    private var isWorking = false
    private var isAskedAgain = false

    /// How often the kernel is looked at even if nothing was announced, and how soon after a refusal.
    private static let resync = Interval.seconds(5)
    private static let retry = Interval.seconds(1)
    private static let interrupted: Int32 = 4

    /// The thread.
    private(set) lazy var loop = Loop(
        node.name + ".addresses",
        clock: node.clock,
        in: world,
        deadline: { [unowned self] in lookAt },
        wake: { [unowned self] in
            lookAt = nil
            work()
        },
    )

    init(process: DirectorProcess) {
        self.process = process
        node = process.node
        world = process.world
    }

    /// The election wants something.
    func demand(_ demand: AddressDemand) {
        self.demand = demand
        work()
    }

    /// A netlink monitor has something to read.
    func kernelChanged() {
        world.mail(to: loop, after: world.mailboxDelay()) { [self] in work() }
    }

    private func work() {
        guard !isWorking else {
            isAskedAgain = true
            return
        }
        isWorking = true
        world.post(to: loop, after: world.netlinkDelay()) { [self] in
            apply()
            isWorking = false
            guard isAskedAgain else { return }
            isAskedAgain = false
            work()
        }
    }

    /// Dump, mend, dump again, report, as the shipped loop does.
    private func apply() {
        guard let demand else { return }
        world.note(loop.name, demand)
        let steps = AddressPlan.steps(demand: demand, before: applied, found: found)
        var failures: [AddressReport.Failure] = []
        for step in steps {
            guard !world.netlinkFails() else {
                if let entry = step.entry { failures.append(.init(entry: entry, code: Self.interrupted)) }
                continue
            }
            switch step {
            case .add(let entry): node.kernel.add(entry.prefix, to: entry.interface, isMarked: true)
            case .linger(let prefix, _): node.kernel.add(prefix, to: MachineKernel.loopback, isMarked: true)
            case .remove(let found, _): node.kernel.remove(found)
            // No router of the simulation has a virtual MAC.
            case .addInterface, .removeInterface: break
            }
        }
        if applied?.generation == demand.generation, failures.isEmpty { repairs += UInt64(steps.count) }
        if failures.isEmpty { applied = demand }
        lookAt = loop.localNow + (failures.isEmpty ? Self.resync : Self.retry)
        send(report(for: demand, failures))
    }

    /// What a dump shows of the LAN's interface: the machine's own addresses first.
    private var found: [AddressPlan.Found] {
        let own = [Prefix(address: .v4(Lan.address(node.index)), length: Lan.prefixLength)].compactMap { $0 }
        return own.map { .init(interface: Lan.interface, prefix: $0, isMarked: false) } + node.kernel.addresses
    }

    private func report(for demand: AddressDemand, _ failures: [AddressReport.Failure]) -> AddressReport {
        let interface = AddressReport.Interface(
            name: Lan.interface,
            index: 2,
            mac: Lan.mac(node.index),
            isUp: true,
            hasCarrier: node.kernel.hasCarrier,
            primaryIPv4: Lan.address(node.index),
            linkLocal: Lan.linkLocal(node.index)
        )
        let held = demand.entries.compactMap { entry -> AddressReport.HeldAddress? in
            let same = node.kernel.addresses.filter {
                $0.interface == entry.interface && $0.prefix.address == entry.prefix.address
            }
            guard !same.isEmpty else { return nil }
            return .init(
                interface: entry.interface,
                address: entry.prefix.address,
                isMarked: same.contains { $0.isMarked }
            )
        }
        return AddressReport(
            generation: demand.generation,
            interfaces: [interface],
            held: held,
            failures: failures,
            repairs: repairs
        )
    }

    private func send(_ report: AddressReport) {
        guard report != reported else { return }
        reported = report
        world.mail(to: process.electionLoop, after: world.mailboxDelay()) { [process] in
            process.handle(.addressesReported(report))
        }
    }
}

extension AddressPlan.Step {
    /// The entry for whose sake the step is taken.
    fileprivate var entry: AddressDemand.Entry? {
        switch self {
        case .add(let entry), .linger(_, let entry), .remove(_, let entry), .addInterface(_, let entry): entry
        case .removeInterface(_, let entry): entry
        }
    }
}
