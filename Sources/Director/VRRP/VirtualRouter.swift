package import Primitives

/// The state machine of one virtual router: RFC 9568 section 6, with erratum 8298 and the timers of RFC 3768 for
/// version 2.
///
/// It knows no clock: every event comes with its time, and `deadline` says when the next `deadlineReached` is wanted.
/// A received advertisement comes with the time at which the kernel received it.
package struct VirtualRouter: ~Copyable {
    /// A state with the timers that exist in it.
    package enum State: Hashable, Sendable {
        /// Section 6.4.1: waiting for a startup event.
        case initialize
        /// Section 6.4.2: watching the Active Router.
        case backup(activeDownTimer: MonotonicInstant, activeAdverInterval: Interval, onExpiry: TransitionReason)
        /// Section 6.4.3: the Active Router itself.
        case active(adverTimer: MonotonicInstant)
    }

    /// A state without its timers.
    package enum StateName: String, Hashable, Sendable, CaseIterable {
        case initialize
        case backup
        case active
    }

    /// What happens to the router.
    package enum Event: Hashable, Sendable {
        /// The interface is usable, with this address to advertise from.
        case startup(primaryAddress: IPAddress)
        /// The interface became unusable, or the router is to stop.
        case shutdown(TransitionReason)
        /// Addresses of its own were found after the startup: it was Active a moment ago, and may be again soon.
        case resumed
        /// It was Active before a planned restart, and its peers still wait for it.
        case restarted
        /// A valid advertisement of another router came in.
        case advertisementReceived(Advertisement, from: IPAddress)
        /// The deadline was reached.
        case deadlineReached
        /// The process did not run for so long that its state says nothing about the present.
        case resumedLate
        /// Another router of its group has its Active Router elsewhere: give the addresses up to it, and watch.
        case groupYielded
        /// New settings with the same identity.
        case reconfigured(VirtualRouterSettings)
        /// The interface has another address to advertise from.
        case primaryAddressChanged(IPAddress)
        /// A successor is about to take over: go on as Active, and leave its claim alone.
        case handOver(until: MonotonicInstant)
        /// The Active Router hands over: become Active now, and leave its claim alone.
        case takeOver(until: MonotonicInstant)
        /// The successor has taken over: become Backup without priority 0.
        case letGo
        /// The one before has let go; what it said before that may still arrive until then.
        case takeOverConcluded(until: MonotonicInstant)
        /// The handover does not take place.
        case handOverCancelled
    }

    /// What the router wants done, in order.
    package enum Effect: Hashable, Sendable {
        /// Send an advertisement with this priority from the primary address.
        case sendAdvertisement(priority: UInt8)
        /// Announce the addresses again: another router thinks that it is Active.
        case announce
        /// The state changed: Active means to take and announce the addresses, leaving Active to drop them.
        case transitioned(from: StateName, to: StateName, TransitionReason)
    }

    /// Who is known to be Active.
    package struct ActiveRouter: Hashable, Sendable {
        /// Its primary address.
        package var address: IPAddress
        /// The priority that it advertises.
        package var priority: UInt8

        /// Makes it.
        package init(address: IPAddress, priority: UInt8) {
            self.address = address
            self.priority = priority
        }
    }

    /// The settings in force.
    package internal(set) var settings: VirtualRouterSettings
    /// Whether Preempt_Mode counts as false for the time being, because this router could not serve yet.
    package var defersPreemption = false
    /// The state with its timers.
    package internal(set) var state: State = .initialize
    /// When the state was entered.
    package internal(set) var since: MonotonicInstant
    /// Why the state was entered.
    package internal(set) var reason: TransitionReason = .started
    /// The address that advertisements are sent from; nothing before the first startup.
    package internal(set) var primaryAddress: IPAddress?
    /// The Active Router as far as known.
    package internal(set) var activeRouter: ActiveRouter?
    /// What is agreed with the other director beside the protocol.
    package internal(set) var handover: Handover = .none
    /// Whether a Backup Router has listened on after its timer ran out, since it last heard the Active Router.
    var hasListenedLonger = false
    /// Active_Adver_Interval of the successor, heard while this router hands over to it.
    var successorInterval: Interval?
    /// The counters.
    package var statistics = Statistics()

    /// Makes a router in the state Initialize.
    package init(settings: VirtualRouterSettings, at now: MonotonicInstant) {
        self.settings = settings
        since = now
    }

    /// When `deadlineReached` is wanted next.
    package var deadline: MonotonicInstant? {
        switch state {
        case .initialize: nil
        case .backup(let activeDownTimer, _, _): activeDownTimer
        case .active(let adverTimer): adverTimer
        }
    }

    /// From when on an event that is handled only then needs a `resumedLate` before it.
    ///
    /// An Active Router that has sent nothing for its Active_Down_Interval may have a successor, whose advertisement it
    /// finds in its socket; where it finds none for another interval, it may have slept with all of its machine, and has to
    /// listen first. One that is handing over knows of a successor, and does not wait for that. A Backup Router whose timer
    /// ran out that long ago was not there to hear the advertisements that its full socket dropped.
    package var lateAfter: MonotonicInstant? {
        switch state {
        case .initialize: nil
        case .backup(let activeDownTimer, let interval, _): activeDownTimer + activeDownInterval(of: interval)
        case .active(let adverTimer):
            adverTimer + activeDownInterval(of: settings.advertisementInterval)
                - (handover.isHandingOver ? settings.advertisementInterval : .zero)
        }
    }

    /// Takes an event and says what follows from it.
    package mutating func handle(_ event: Event, at now: MonotonicInstant) -> [Effect] {
        let effects = endLapsedHandover(before: event, at: now)
        return switch state {
        case .initialize: effects + handleInInitialize(event, at: now)
        case .backup(let timer, let interval, let onExpiry):
            effects + handleInBackup(event, at: now, Watch(timer: timer, interval: interval, onExpiry: onExpiry))
        case .active(let adverTimer): effects + handleInActive(event, at: now, adverTimer: adverTimer)
        }
    }
}

extension VirtualRouter.State {
    /// The state without its timers.
    package var name: VirtualRouter.StateName {
        switch self {
        case .initialize: .initialize
        case .backup: .backup
        case .active: .active
        }
    }
}

extension VirtualRouter {
    /// Skew_Time: the lower the priority, the longer (RFC 9568 section 6.1; RFC 3768 section 6.1 for version 2).
    package func skewTime(of activeAdverInterval: Interval) -> Interval {
        let complement = Int64(256 - Int(settings.priority))
        return switch settings.version {
        case .version2: Interval.seconds(1) * complement / 256
        case .version3: activeAdverInterval * complement / 256
        }
    }

    /// Active_Down_Interval: three intervals and the skew.
    package func activeDownInterval(of activeAdverInterval: Interval) -> Interval {
        activeAdverInterval * 3 + skewTime(of: activeAdverInterval)
    }

    /// Active_Adver_Interval as an advertisement teaches it; version 2 keeps to its own.
    func learnedInterval(_ advertisement: Advertisement) -> Interval {
        switch advertisement.form {
        case .version2: settings.advertisementInterval
        case .version3: advertisement.interval
        }
    }

    /// Enters a state and says so.
    mutating func enter(_ next: State, _ reason: TransitionReason, at now: MonotonicInstant) -> Effect {
        let previous = state.name
        state = next
        since = now
        self.reason = reason
        handover = .none
        successorInterval = nil
        return .transitioned(from: previous, to: next.name, reason)
    }
}
