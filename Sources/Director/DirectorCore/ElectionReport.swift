package import Primitives
package import VRRP

/// How the election stands: the whole picture, every time something in it changed.
package struct ElectionReport: Hashable, Sendable {
    /// One virtual address.
    package struct Address: Hashable, Sendable {
        /// The address with its configured prefix length.
        package var prefix: Prefix
        /// Whether the kernel has it on the interface.
        package var isHeld: Bool

        /// Makes an address.
        package init(prefix: Prefix, isHeld: Bool) {
            self.prefix = prefix
            self.isHeld = isHeld
        }
    }

    /// One virtual router.
    package struct Router: Hashable, Sendable {
        /// The operator's name for it.
        package var name: String
        /// VRID.
        package var virtualRouterIdentifier: UInt8
        /// The interface's name.
        package var interface: String
        /// Its own priority.
        package var priority: UInt8
        /// Initialize, Backup or Active.
        package var state: VirtualRouter.StateName
        /// When it entered the state.
        package var since: MonotonicInstant
        /// Why it entered the state.
        package var reason: TransitionReason
        /// The primary address of the Active Router as far as known; its own while it is Active.
        package var activeRouter: IPAddress?
        /// The priority that the Active Router advertises.
        package var activePriority: UInt8?
        /// The virtual addresses in the file's order.
        package var addresses: [Address]
        /// What is not as it should be, in the order of `Finding`.
        package var findings: [Finding]
        /// The counters.
        package var statistics: VirtualRouter.Statistics
        /// What is agreed with the other director.
        package var handover = VirtualRouter.Handover.none
        /// Whether it is Active, has all its addresses, and has announced them.
        package var isAnnounced = false
        /// The MAC at which the addresses are, if not the interface's.
        package var virtualMAC: MACAddress?
    }

    /// Something about a router that an operator should know.
    package enum Finding: Hashable, Sendable {
        /// The interface does not exist, is down, has no carrier, or has no address to send from.
        case interfaceUnusable(InterfaceFault)
        /// Advertisements are on the wire but do not reach the raw socket: a packet filter drops them.
        case filteredAdvertisements(from: IPAddress, since: MonotonicInstant)
        /// Another machine claims a virtual address that this Active Router holds.
        case addressConflict(AddressConflict)
        /// Another router was Active together with this one, without any handover.
        case splitBrain(SplitBrain)
        /// The peer advertises another list of addresses.
        case addressListMismatch(from: IPAddress)
        /// The peer advertises another interval.
        case intervalMismatch(from: IPAddress, Interval)
        /// Something that the router tracks fails.
        case trackFailed(TrackSettings, evidence: String)
        /// An advertisement came from somebody who is not known to hold the key.
        case unverifiedAdvertisement(UnverifiedAdvertisement)
        /// The kernel refused to add or remove an address.
        case addressFailure(AddressReport.Failure)
        /// An address was found at start and is kept silently until the election is decided.
        case keepingFoundAddress
    }

    /// Why an interface cannot carry an election.
    package enum InterfaceFault: UInt8, Hashable, Sendable, CaseIterable {
        /// Nothing is known yet.
        case unknown
        /// There is no such interface.
        case missing
        /// It is administratively down.
        case down
        /// It has no carrier.
        case noCarrier
        /// It has no address of its own to send advertisements from.
        case noPrimaryAddress
        /// The kernel refused the election's sockets on it.
        case noSockets
        /// The election's sockets are open, and have not been seen to receive yet.
        case unproved
    }

    /// Who else claims an address.
    package struct AddressConflict: Hashable, Sendable {
        /// The virtual address.
        package var address: IPAddress
        /// The other machine's link-layer address.
        package var mac: MACAddress
        /// When it was first seen.
        package var firstSeen: MonotonicInstant
        /// When it was last seen.
        package var lastSeen: MonotonicInstant
        /// How often it was seen.
        package var count: UInt64
    }

    /// Two owners of one virtual router's addresses.
    package struct SplitBrain: Hashable, Sendable {
        /// What tells of the other owner.
        package enum Evidence: String, Hashable, Sendable, CaseIterable {
            /// Its advertisements.
            case advertisement
            /// Its own word on the link between the directors.
            case peerLink
            /// Its claim in ARP or in a neighbour advertisement.
            case neighbour
        }

        /// What told of it, in the order of `Evidence`.
        package var evidence: [Evidence]
        /// Where its advertisements came from, if any did.
        package var source: IPAddress?
        /// When it was first seen.
        package var firstSeen: MonotonicInstant
        /// When it was last seen.
        package var lastSeen: MonotonicInstant
        /// How often it was seen.
        package var count: UInt64

        /// For how long both were seen to be owners.
        package var duration: Interval { lastSeen - firstSeen }
    }

    /// The routers in the file's order.
    package var routers: [Router]
    /// Messages that no router took, by cause.
    package var rejections: RejectionCounts
    /// Why the last settings were refused; the ones before are still in force.
    package var refusedSettings: ElectionSettings.Problem?
    /// How often an address that somebody else removed was put back.
    package var addressRepairs: UInt64
    /// Whether the election has stopped or is stopping.
    package var isStopping: Bool
}

extension ElectionReport {
    /// Whether a router of this director is Active for the address.
    package func isActive(for address: IPAddress) -> Bool {
        routers.contains { $0.state == .active && $0.addresses.contains { $0.prefix.address == address } }
    }
}
