package import Balancing
package import DirectorCore
internal import IPVS
internal import Linux
internal import Netlink
package import Primitives
internal import SystemPackage

/// The kernel's IPVS table and what belongs to it: dumped, compared and changed, look by look.
package struct Dataplane: ~Copyable {
    private(set) var settings: DataplaneSettings
    private var reconciler = Reconciler(sparesAtFirst: true)
    private var desired: DesiredTable?
    var sync = ConnectionSync()
    private(set) var syncWish: ConnectionSyncWish?
    private var socket: IPVSSocket?
    /// The kernel's table after the last look, and after what was changed since.
    private var seen: [ObservedService] = []
    /// What was changed since the last look.
    private var hastened: [PlannedOperation] = []
    private var findings: [SystemFinding] = []
    private var nextSystemCheck = MonotonicInstant(nanoseconds: 0)

    /// How often the table and the parameters are looked at if nothing happens.
    static let lookInterval = Interval.seconds(1)
    /// How soon the table is looked at after a change, which also ends an idle destination's drain.
    static let verificationDelay = Interval.milliseconds(100)

    /// Makes a dataplane that touches nothing yet.
    package init(_ settings: DataplaneSettings) {
        self.settings = settings
    }

    /// Takes over what the kernel should have, and makes at once the changes that need no fresh look.
    ///
    /// A look has to follow, which finds and mends whatever went wrong here.
    package mutating func desire(_ table: DesiredTable) {
        desired = table
        let changes = table.urgentChanges(seen: seen)
        guard !changes.isEmpty else { return }
        do throws(NetlinkError) {
            let socket = try takeSocket()
            let outcomes = try socket.apply(changes.map(\.operation))
            hastened += zip(changes, outcomes).filter { $0.1 == nil }.map(\.0)
            self.socket = consume socket
        } catch {
            // The look says what is wrong with the kernel.
        }
    }

    /// Takes over which sync daemons should run.
    package mutating func synchronize(_ wish: ConnectionSyncWish) {
        if settings.connectionSync != wish.settings {
            settings.connectionSync = wish.settings
            nextSystemCheck = MonotonicInstant(nanoseconds: 0)
        }
        syncWish = wish
    }

    /// Takes over which interfaces the virtual routers are on.
    package mutating func watch(_ routerInterfaces: [String]) {
        guard settings.routerInterfaces != routerInterfaces else { return }
        settings.routerInterfaces = routerInterfaces
        nextSystemCheck = MonotonicInstant(nanoseconds: 0)
    }

    /// Looks: dumps, and once something is desired, compares and changes.
    package mutating func look() -> (report: DataplaneReport, nextLook: MonotonicInstant) {
        let started = Clock.now
        var report = DataplaneReport(at: started, isConverged: false)
        var delay = Self.lookInterval
        var isChecked = false
        do throws(NetlinkError) {
            let socket = try takeSocket()
            report.services = try socket.dump()
            // After the socket, which loads ip_vs and with it the parameters, and before the sync daemons, which take
            // their version and their number of threads when they start.
            checkSystem(&report)
            isChecked = true
            (report.applied, hastened) = (hastened, [])
            if let desired {
                let plan = reconciler.plan(desired: desired, observed: report.services, at: started)
                report.isConverged = plan.isConverged
                report.draining = plan.draining
                report.drift = reconciler.drift
                try Self.apply(plan, socket, &report)
                if !plan.operations.isEmpty, report.failures.allSatisfy(\.isPassing) { delay = Self.verificationDelay }
                if let deadline = plan.nextLook { delay = max(.zero, min(delay, deadline - started)) }
            }
            seen = report.servicesAfterwards
            try follow(socket, &report, started)
            // A socket that failed is not put back: the next look opens another one.
            self.socket = consume socket
        } catch {
            report.lookFailure = "\(error)"
            report.isConverged = false
        }
        if !isChecked { checkSystem(&report) }
        return (report, started + delay)
    }

    /// Removes the services that are ours, at the end of the director.
    package mutating func clear() -> DataplaneReport {
        var report = DataplaneReport(at: Clock.now, isConverged: false)
        guard let desired else { return report }
        do throws(NetlinkError) {
            let socket = try takeSocket()
            report.services = try socket.dump()
            try Self.apply(desired.clearing(report.services), socket, &report)
            try clearDaemons(socket)
            self.socket = consume socket
        } catch {
            report.lookFailure = "\(error)"
        }
        return report
    }

    /// Says what a look would find and change, and changes nothing: `tandem-director plan`.
    package static func dryRun(
        _ settings: DataplaneSettings,
        desired: DesiredTable,
    ) throws(DataplaneError) -> DryRun {
        do throws(NetlinkError) {
            let socket = try IPVSSocket()
            let services = try socket.dump()
            var reconciler = Reconciler()
            let plan = reconciler.plan(desired: desired, observed: services, at: Clock.now)
            var sync = ConnectionSync()
            let daemons = try socket.daemons()
            let wish = ConnectionSyncWish(adopting: daemons, settings.connectionSync)
            return DryRun(
                plan: plan,
                sync: sync.plan(wish, observed: daemons),
                findings: SystemCheck.run(settings, servesUDP: desired.servesUDP, dryRun: true),
            )
        } catch {
            throw DataplaneError(explanation: "\(error)", errorNumber: error.code.rawValue)
        }
    }

    private mutating func checkSystem(_ report: inout DataplaneReport) {
        if report.at >= nextSystemCheck {
            findings = SystemCheck.run(settings, servesUDP: desired?.servesUDP ?? false)
            nextSystemCheck = report.at + Self.lookInterval
            report.findings = findings
        } else {
            report.findings = findings.filter { $0.outcome != .repaired }
        }
    }

    private mutating func takeSocket() throws(NetlinkError) -> IPVSSocket {
        if let open = socket.take() { return open }
        return try IPVSSocket()
    }

    private static func apply(
        _ plan: Plan,
        _ socket: borrowing IPVSSocket,
        _ report: inout DataplaneReport,
    ) throws(NetlinkError) {
        let outcomes = try socket.apply(plan.operations.map(\.operation))
        for (operation, outcome) in zip(plan.operations, outcomes) {
            guard let error = outcome else {
                report.applied.append(operation)
                continue
            }
            report.failures.append(
                DataplaneReport.Failure(
                    operation: operation,
                    errorNumber: error.code.rawValue,
                    explanation: explanation(of: error, operation.operation),
                )
            )
        }
    }

    /// The kernel's errno in words; it names no scheduler that it cannot load.
    private static func explanation(of error: NetlinkError, _ operation: IPVSOperation) -> String {
        switch operation {
        case .addService(let service), .setService(let service):
            if error.code == .noSuchFileOrDirectory { return "this kernel has no scheduler \(service.schedulerName)" }
        case .addDestination, .setDestination, .removeDestination, .removeService: break
        }
        return error.detail ?? "\(error.code)"
    }
}
