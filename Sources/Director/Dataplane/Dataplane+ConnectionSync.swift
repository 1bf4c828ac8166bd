import Balancing
import DirectorCore
import IPVS
import Netlink
import Primitives

/// The kernel's sync daemons: dumped, compared and changed, look by look.
extension Dataplane {
    /// Makes the daemons follow the wish, once there is one, and reports how far they are.
    mutating func follow(
        _ socket: borrowing IPVSSocket,
        _ report: inout DataplaneReport,
        _ now: MonotonicInstant,
    ) throws(NetlinkError) {
        guard let syncWish else { return }
        var running = try socket.daemons()
        let plan = sync.plan(syncWish, observed: running)
        var failures: [String] = []
        for planned in plan.operations {
            do throws(NetlinkError) {
                try socket.apply(planned.operation)
                if planned.reason.isDrift { report.syncRepairs.append(planned) }
            } catch {
                failures.append("\(planned.operation): \(error.detail ?? "\(error.code)")")
            }
        }
        if !plan.operations.isEmpty { running = try socket.daemons() }
        if !failures.isEmpty { report.isConverged = false }
        var status = sync.follow(syncWish, running: running, at: now)
        (status.failures, status.foreign) = (failures, plan.foreign)
        if syncWish.settings != nil || !failures.isEmpty { report.connectionSync = status }
    }

    /// Ends the daemons that are ours: `on_stop: clear`.
    func clearDaemons(_ socket: borrowing IPVSSocket) throws(NetlinkError) {
        guard let settings = settings.connectionSync else { return }
        for operation in ConnectionSync.clearing(settings, observed: try socket.daemons()) {
            try socket.apply(operation)
        }
    }
}
