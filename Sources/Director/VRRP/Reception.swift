package import Primitives

/// What a router makes of a well-formed advertisement for its VRID.
package struct Reception: Hashable, Sendable {
    /// What is worth a word in the status and no reason to drop the message (RFC 9568 section 7.1).
    package struct Remarks: OptionSet, Hashable, Sendable {
        package let rawValue: UInt8

        package init(rawValue: UInt8) {
            self.rawValue = rawValue
        }

        /// The addresses are not ours.
        package static let addressListMismatch = Remarks(rawValue: 1)
        /// The interval is not ours.
        package static let intervalMismatch = Remarks(rawValue: 2)
    }

    /// What is worth a word.
    package var remarks: Remarks

    /// Judges an advertisement as RFC 9568 section 7.1 with its errata and RFC 3768 section 7.1 want it.
    package static func judge(
        _ advertisement: Advertisement,
        from source: IPAddress,
        to destination: IPAddress,
        by settings: VirtualRouterSettings,
        primaryAddress: IPAddress?,
    ) throws(Rejection) -> Reception {
        guard advertisement.form.version == settings.version else { throw .wrongVersion }
        guard advertisement.virtualRouterIdentifier == settings.virtualRouterIdentifier,
            source.family == settings.family
        else { throw .unknownVirtualRouter }
        try judgePath(from: source, to: destination, by: settings)
        guard source != primaryAddress else { throw .ownSource }
        let listsAgree = advertisement.addresses.sorted() == settings.addresses.map(\.address).sorted()
        let intervalsAgree = advertisement.interval == settings.advertisementInterval
        // Who advertises no address claims none, in either version.
        guard !advertisement.addresses.isEmpty else { throw .noAddresses }
        switch advertisement.form {
        case .version2(_, let authentication):
            guard authentication.type == settings.authentication.type else { throw .wrongAuthenticationType }
            // Type 0 ignores the data (RFC 3768 section 5.3.10); the codec keeps none.
            guard authentication == settings.authentication else { throw .authenticationFailed }
            // The interval has to be ours, the list need not: RFC 3768 section 7.1 leaves it to the router whether it compares
            // the lists, and two directors that get a new address one after the other would both be Active in between.
            guard intervalsAgree else { throw .intervalMismatch }
        case .version3(let maxAdvertiseInterval):
            guard maxAdvertiseInterval != 0 else { throw .zeroInterval }
            if settings.family == .ipv6 {
                guard advertisement.addresses.first?.ipv6?.isLinkLocal == true else { throw .firstAddressNotLinkLocal }
            }
        }
        var remarks: Remarks = []
        if !listsAgree { remarks.insert(.addressListMismatch) }
        if !intervalsAgree { remarks.insert(.intervalMismatch) }
        return Reception(remarks: remarks)
    }

    /// A router of the group refuses what was sent to it alone, and a router of peers refuses the group and strangers.
    private static func judgePath(
        from source: IPAddress,
        to destination: IPAddress,
        by settings: VirtualRouterSettings,
    ) throws(Rejection) {
        guard let unicast = settings.unicast else {
            guard destination == ProtocolVersion.group(settings.family) else { throw .wrongDestination }
            return
        }
        // Any address of the interface may be the one that the peer has configured, save the shared ones.
        guard !destination.isMulticast, !settings.addresses.contains(where: { $0.address == destination }) else {
            throw .wrongDestination
        }
        guard unicast.peers.contains(source) else { throw .unknownPeer }
    }
}
