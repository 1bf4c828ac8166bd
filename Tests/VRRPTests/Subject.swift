import Primitives
import VRRP

/// A router that `#expect` can send events to: the macro cannot call what mutates a noncopyable variable.
final class Subject {
    var machine: VirtualRouter

    init(_ settings: VirtualRouterSettings, at now: MonotonicInstant) {
        machine = VirtualRouter(settings: settings, at: now)
    }

    func handle(_ event: VirtualRouter.Event, at now: MonotonicInstant) -> [VirtualRouter.Effect] {
        machine.handle(event, at: now)
    }

    var settings: VirtualRouterSettings { machine.settings }
    var state: VirtualRouter.State { machine.state }
    var since: MonotonicInstant { machine.since }
    var reason: TransitionReason { machine.reason }
    var deadline: MonotonicInstant? { machine.deadline }
    var lateAfter: MonotonicInstant? { machine.lateAfter }
    var primaryAddress: IPAddress? { machine.primaryAddress }
    var activeRouter: VirtualRouter.ActiveRouter? { machine.activeRouter }
    var handover: VirtualRouter.Handover { machine.handover }
    var statistics: VirtualRouter.Statistics { machine.statistics }
}
