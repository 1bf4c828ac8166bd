import AgentCore
import Primitives
import Simulator

/// A faulty agent: it believes for ever that the host is as it was when it first looked right.
final class FlatteringAgent: AgentPart {
    private let shipped: ShippedAgent
    private var flattering: HostObservation?

    init(_ settings: AgentSettings, _ identity: AgentIdentity, at now: MonotonicInstant) {
        shipped = ShippedAgent(settings: settings, identity: identity, at: now)
    }

    var deadline: MonotonicInstant? { shipped.deadline }

    func handle(_ event: AgentEvent, at now: MonotonicInstant) -> [AgentEffect] {
        guard case .observed(let seen) = event else { return shipped.handle(event, at: now) }
        if let flattering { return shipped.handle(.observed(flattering), at: now) }
        let isSilent = seen.sysctls?[SysctlKey(interface: "all", name: .arpIgnore)] == 1
        let isBound = seen.addresses?.held.contains { $0.isLoopback } ?? false
        if isSilent, isBound { flattering = seen }
        return shipped.handle(event, at: now)
    }
}
