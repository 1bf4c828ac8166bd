import Primitives
import VRRP

extension ElectionCore {
    /// A virtual router with what the election keeps beside it.
    ///
    /// A class only because an array cannot hold a noncopyable router; the core is its one owner.
    final class Slot {
        /// Advertisements on the wire that the raw socket should deliver too.
        struct FilterWatch {
            /// How long a packet may take from the packet socket to the raw socket.
            static let patience: Interval = .milliseconds(200)
            /// How far apart the two receive times of one packet may be.
            static let tolerance: Interval = .milliseconds(5)

            /// A message that the raw socket has not delivered yet.
            var pending: (source: IPAddress, at: MonotonicInstant)?
            /// When the raw socket delivered last.
            var lastDelivered: MonotonicInstant?
            /// Whose advertisements are dropped, and since when.
            var dropped: (source: IPAddress, since: MonotonicInstant)?
        }

        /// The settings as configured; those in force may have a lower priority.
        var configured: VirtualRouterSettings
        /// What fails of what it tracks, with what was seen.
        var failedTracks: [(track: TrackSettings, evidence: String)] = []
        /// The carrier as it counts, and since when the kernel says otherwise.
        var carrier: Bool?
        var carrierChangedAt: MonotonicInstant?
        /// The machine.
        var router: VirtualRouter
        /// The announcements while Active.
        var announcer = Announcer()
        /// Why the interface cannot be used, if it cannot.
        var fault: ElectionReport.InterfaceFault? = .unknown
        /// The first demand that names this router's addresses; older reports say nothing about it.
        var createdBy: UInt64?
        /// The demand with which it claimed its addresses; nothing while not Active.
        var claimedBy: UInt64?
        /// Whether it was started up before: only the first startup keeps addresses that it finds.
        var hasBeenUp = false
        /// Whether it keeps found addresses silently.
        var keepsFound = false
        /// From when on it may preempt the Active Router of lower priority that it hears.
        var preemptsFrom: MonotonicInstant?
        /// The addresses that were announced since it became Active.
        var announced: [IPAddress] = []
        /// Whether they went out at least once since then.
        var hasAnnounced = false
        /// Until when its addresses stay on the loopback interface.
        var lingersUntil: MonotonicInstant?
        /// When an Active Router was heard before the first startup.
        var heardBeforeStart: MonotonicInstant?
        /// Until when it claims at once what it finds at its first startup.
        var resumesUntil: MonotonicInstant?
        /// The last episode with two owners.
        var splitBrain: ElectionReport.SplitBrain?
        /// When the process was found to have slept; what came in before counts as coming in then.
        var resumedAt: MonotonicInstant?
        /// When it prevailed against another Active Router last, since it is Active itself.
        var assertedAt: MonotonicInstant?
        /// Since when a lesser router has gone on in spite of that.
        var assertingSince: MonotonicInstant?
        /// When it follows the rest of its group to Backup.
        var followsAt: MonotonicInstant?
        /// The comparison of packet socket and raw socket.
        var filter = FilterWatch()
        /// What it remembers for the sake of authenticity.
        var authenticity = AuthenticityMemory()
        /// Who else claims an address.
        var conflict: ElectionReport.AddressConflict?
        /// Who advertises another address list.
        var listMismatch: IPAddress?
        /// Who advertises another interval.
        var intervalMismatch: (source: IPAddress, interval: Interval)?

        /// Makes a slot with a router in Initialize.
        init(_ settings: VirtualRouterSettings, at now: MonotonicInstant) {
            configured = settings
            router = VirtualRouter(settings: settings, at: now)
        }

        /// The settings in force.
        var settings: VirtualRouterSettings { router.settings }

        /// Whether the router is Active.
        var isActive: Bool { router.state.name == .active }

        /// Whether it announces its addresses; while it hands them over, the successor does.
        var announces: Bool { isActive && !router.handover.isHandingOver }

        /// Whether a fault says no more than that it is not known yet whether the interface can be used.
        ///
        /// On a busy machine the proof that a new process's sockets receive takes a moment; an address that is given up
        /// for it would be missed by every client. But who hears an Active Router has his proof.
        func awaits(_ fault: ElectionReport.InterfaceFault?) -> Bool {
            fault == .unknown || fault == .unproved && !hasBeenUp && heardBeforeStart == nil
        }

        /// Forgets what was claimed and announced: the addresses go to another MAC, of which every host has to hear.
        func claimAnew() {
            claimedBy = nil
            announced = []
            hasAnnounced = false
        }

        /// When something of this router is due.
        var deadline: MonotonicInstant? {
            let filterDeadline = filter.pending.map { $0.at + FilterWatch.patience }
            let announcement = announces ? announcer.deadline : nil
            let candidates = [
                router.deadline, announcement, filterDeadline, lingersUntil, carrierDeadline, followsAt,
            ]
            return candidates.compactMap { $0 }.min()
        }
    }
}
