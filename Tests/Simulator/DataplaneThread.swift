import Balancing
import DirectorCore
import Primitives

/// A director's dataplane thread: dump, compare, change, look by look.
final class DataplaneThread {
    private unowned let process: DirectorProcess
    private unowned let world: Simulation
    private unowned let node: DirectorNode
    private let planner: any PlannerPart
    private var desired: DesiredTable?
    private var lookAt: MonotonicInstant?
    private var isBusy = false
    private var isAskedAgain = false

    /// The thread.
    private(set) lazy var loop = Loop(
        node.name + ".dataplane",
        clock: node.clock,
        in: world,
        deadline: { [unowned self] in lookAt },
        wake: { [unowned self] in look() },
    )

    init(process: DirectorProcess) {
        self.process = process
        node = process.node
        world = process.world
        planner = world.parts.planner(process.node.index)
    }

    /// The brain wants another table.
    func desire(_ table: DesiredTable) {
        desired = table
        look()
    }

    /// Looks for the first time.
    func start() { lookAt = loop.localNow }

    private func look() {
        lookAt = nil
        guard !isBusy else {
            isAskedAgain = true
            return
        }
        let started = loop.localNow
        var report = DataplaneReport(at: started, isConverged: false)
        var delay = Interval.seconds(1)
        guard !world.netlinkFails() else {
            report.lookFailure = "dump interrupted"
            node.failedAt = world.now
            return finish(report, next: started + delay)
        }
        report.services = node.table.dump(at: world.now)
        guard let desired else { return finish(report, next: started + delay) }
        let plan = planner.plan(desired: desired, observed: report.services, at: started)
        report.isConverged = plan.isConverged
        report.draining = plan.draining
        if let deadline = plan.nextLook { delay = max(.zero, min(delay, deadline - started)) }
        guard !plan.operations.isEmpty else { return finish(report, next: started + delay) }
        isBusy = true
        world.note(loop.name, plan)
        world.post(to: loop, after: world.netlinkDelay()) { [self] in
            isBusy = false
            apply(plan, to: &report)
            let pause = report.failures.isEmpty ? min(delay, .milliseconds(100)) : delay
            finish(report, next: started + pause)
        }
    }

    private func apply(_ plan: Plan, to report: inout DataplaneReport) {
        for operation in plan.operations {
            world.clusterChecker.willApply(operation, at: node)
            let error =
                world.netlinkFails()
                ? VirtualServerTable.interrupted
                : node.table.apply(operation.operation, emptyAt: world.now + world.drainTime())
            switch error {
            case nil: report.applied.append(operation)
            case let error?:
                node.failedAt = world.now
                report.failures.append(.init(operation: operation, errorNumber: error, explanation: "errno \(error)"))
            }
        }
    }

    private func finish(_ report: DataplaneReport, next: MonotonicInstant) {
        lookAt = next
        world.mail(to: process.brainLoop, after: world.mailboxDelay()) { [process] in
            process.think(.dataplaneReported(report))
        }
        guard isAskedAgain else { return }
        isAskedAgain = false
        look()
    }
}
