package import Primitives

/// What the operator decides about one virtual router (RFC 9568 section 6.1).
package struct VirtualRouterSettings: Hashable, Sendable {
    /// The name by which the operator speaks of it.
    package var name: String
    /// VRID, 1 to 255.
    package var virtualRouterIdentifier: UInt8
    /// The interface on which it runs, such as `eth0`.
    package var interface: String
    /// Priority, 1 to 254, or 255 for the owner of the addresses.
    package var priority: UInt8 = 100
    /// Advertisement_Interval, 10 ms to 40.95 s.
    package var advertisementInterval: Interval = .milliseconds(100)
    /// Preempt_Mode: whether a Backup of higher priority takes over from an Active Router of lower priority.
    package var preemptMode = true
    /// How long an Active Router of lower priority has to be heard before this one takes over from it.
    package var preemptDelay: Interval = .zero
    /// The virtual addresses with the prefix length that they get on the interface; all of one family, at least one.
    package var addresses: [Prefix]
    /// The version that it speaks and understands.
    package var version: ProtocolVersion = .version3
    /// The checksum that version 3 over IPv4 sends; both are understood.
    package var checksumForm: ChecksumForm = .pseudoHeader
    /// The authentication of version 2.
    package var authentication: Authentication = .none
    /// The peers that advertisements go to instead of the group.
    package var unicast: UnicastSettings?
    /// The proof that advertisements come from a director of this cluster; none if absent.
    package var authenticity: AuthenticitySettings?
    /// What else decides whether it should be Active here.
    package var tracks: [TrackSettings] = []
    /// The routers of one director with this name move together.
    package var syncGroup: String?
    /// How long the interface's carrier has to be there, or gone, before it counts.
    package var carrierDelay: Interval = .zero
    /// Whether the addresses are at the virtual router's own MAC (RFC 9568 section 7.3) instead of the interface's.
    package var usesVirtualMAC = false

    /// Makes the settings of a router with the defaults.
    package init(name: String, virtualRouterIdentifier: UInt8, interface: String, addresses: [Prefix]) {
        self.name = name
        self.virtualRouterIdentifier = virtualRouterIdentifier
        self.interface = interface
        self.addresses = addresses
    }

    /// What tells one virtual router of a machine from another (RFC 9568 section 2.3).
    package struct Identity: Hashable, Sendable {
        /// VRID.
        package var virtualRouterIdentifier: UInt8
        /// The interface's name.
        package var interface: String
        /// The family of the addresses.
        package var family: AddressFamily

        /// Makes an identity.
        package init(virtualRouterIdentifier: UInt8, interface: String, family: AddressFamily) {
            self.virtualRouterIdentifier = virtualRouterIdentifier
            self.interface = interface
            self.family = family
        }
    }

    /// Why settings cannot be used.
    package enum Problem: UInt8, Error, Hashable, Sendable, CaseIterable {
        /// VRID 0.
        case virtualRouterIdentifier
        /// Priority 0, which means resignation.
        case priority
        /// An interval that the version cannot carry.
        case advertisementInterval
        /// No address at all, or more than the count field can say.
        case addressCount
        /// Addresses of both families.
        case mixedFamilies
        /// Version 2 has no IPv6.
        case versionOfFamily
        /// Version 3 has no authentication of its own (RFC 9568 section 9), and the type is none that can be sent.
        case authentication
        /// Peers that cannot be sent to, or none.
        case unicastPeers
        /// Keys that are not told apart or too short, or no key to sign with.
        case authenticityKeys
        /// The first IPv6 address is not link-local (RFC 9568 section 5.2.9).
        case firstAddressNotLinkLocal
        /// A virtual MAC for an owner's real addresses, or without the group's advertisements that teach bridges its port.
        case virtualMAC
    }

    /// The family of the addresses.
    package var family: AddressFamily { addresses.first?.address.family ?? .ipv4 }

    /// What tells this router from the others of the machine.
    package var identity: Identity {
        Identity(virtualRouterIdentifier: virtualRouterIdentifier, interface: interface, family: family)
    }

    /// The MAC at which the addresses are, if not the interface's (RFC 9568 section 7.3).
    package var virtualMAC: MACAddress? {
        usesVirtualMAC ? .virtualRouter(virtualRouterIdentifier, family) : nil
    }

    /// Whether it owns the addresses (RFC 9568 section 1.7, IPvX Address Owner).
    package var isAddressOwner: Bool { priority == 255 }

    /// The first thing that is wrong, if anything is.
    package func firstProblem() -> Problem? {
        if virtualRouterIdentifier == 0 { return .virtualRouterIdentifier }
        if priority == 0 { return .priority }
        guard (1...255).contains(addresses.count) else { return .addressCount }
        guard addresses.allSatisfy({ $0.address.family == family }) else { return .mixedFamilies }
        guard hasUsablePeers else { return .unicastPeers }
        guard authenticity?.isUsable ?? true else { return .authenticityKeys }
        if usesVirtualMAC, isAddressOwner || unicast != nil { return .virtualMAC }
        if case .other = authentication { return .authentication }
        switch version {
        case .version2:
            guard family == .ipv4 else { return .versionOfFamily }
            let second = Interval.seconds(1).nanoseconds
            guard advertisementInterval.nanoseconds % second == 0,
                (1...255).contains(advertisementInterval.nanoseconds / second)
            else { return .advertisementInterval }
        case .version3:
            guard authentication == .none else { return .authentication }
            let centisecond = Interval.centiseconds(1).nanoseconds
            guard advertisementInterval.nanoseconds % centisecond == 0,
                (1...4095).contains(advertisementInterval.nanoseconds / centisecond)
            else { return .advertisementInterval }
            if family == .ipv6, addresses.first?.address.ipv6?.isLinkLocal != true { return .firstAddressNotLinkLocal }
        }
        return nil
    }
}
