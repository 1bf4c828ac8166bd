import DirectorCore
import Primitives

/// A director's addresses thread: demands become changes of the kernel after a while, changes become reports.
final class AddressThread {
    private unowned let process: DirectorProcess
    private unowned let world: Simulation
    private unowned let node: DirectorNode
    private var demand: AddressDemand?
    private var reported: AddressReport?
    private var settled: Set<AddressDemand.Entry> = []
    private var repairs: UInt64 = 0
    private var lookAt: MonotonicInstant?
    private var isWorking = false
    private var isAskedAgain = false

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

    private func apply() {
        guard let demand else { return }
        world.note(loop.name, demand)
        var failures: [AddressReport.Failure] = []
        for entry in demand.entries { change(entry, &failures) }
        settled = Set(demand.entries.filter { $0.disposition == .present && node.kernel.holds($0.prefix.address) })
        lookAt = loop.localNow + (failures.isEmpty ? .seconds(1) : .milliseconds(100))
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
            guard let found = node.kernel.addresses.first(where: { $0.prefix.address == entry.prefix.address }) else {
                return nil
            }
            return .init(interface: entry.interface, address: entry.prefix.address, isMarked: found.isMarked)
        }
        let report = AddressReport(
            generation: demand.generation,
            interfaces: [interface],
            held: held,
            failures: failures,
            repairs: repairs
        )
        guard report != reported else { return }
        reported = report
        world.mail(to: process.electionLoop, after: world.mailboxDelay()) { [process] in
            process.handle(.addressesReported(report))
        }
    }

    private func change(_ entry: AddressDemand.Entry, _ failures: inout [AddressReport.Failure]) {
        let address = entry.prefix.address
        let wrong =
            switch entry.disposition {
            case .present: !node.kernel.holds(address)
            case .absent, .lingering: node.kernel.holds(address)
            case .asFound: false
            case .unclaimed: node.kernel.addresses.contains { $0.prefix.address == address && $0.isMarked }
            }
        guard wrong else { return }
        guard !world.netlinkFails() else {
            failures.append(.init(entry: entry, code: 4))
            return
        }
        if entry.disposition == .present {
            if settled.contains(entry) { repairs += 1 }
            node.kernel.addresses.append(.init(prefix: entry.prefix, isMarked: true))
        } else {
            node.kernel.addresses.removeAll { $0.prefix.address == address }
        }
    }
}
