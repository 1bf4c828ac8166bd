package import Primitives
package import VRRP

/// What the election core works by: the virtual routers.
package struct ElectionSettings: Hashable, Sendable {
    /// The virtual routers in the file's order; names and (VRID, interface, family) unique.
    package var routers: [VirtualRouterSettings]
    /// Until when the routers of these names may claim at once what they find, because they were Active before a planned
    /// restart; read at the start alone.
    package var resumes: [String: MonotonicInstant] = [:]

    /// Makes the settings of an election.
    package init(routers: [VirtualRouterSettings]) {
        self.routers = routers
    }

    /// Why settings cannot be used.
    package enum Problem: Error, Hashable, Sendable {
        /// Two routers have one name.
        case duplicateName(String)
        /// Two routers share VRID, interface and family.
        case duplicateRouter(String)
        /// Two routers have one address on one interface.
        case duplicateAddress(String, IPAddress)
        /// A router's own settings are wrong.
        case router(String, VirtualRouterSettings.Problem)
    }

    /// The first thing that is wrong, if anything is.
    package func firstProblem() -> Problem? {
        var names: Set<String> = []
        var identities: Set<VirtualRouterSettings.Identity> = []
        var addresses: Set<AddressDemand.Entry> = []
        for router in routers {
            if let problem = router.firstProblem() { return .router(router.name, problem) }
            guard names.insert(router.name).inserted else { return .duplicateName(router.name) }
            guard identities.insert(router.identity).inserted else { return .duplicateRouter(router.name) }
            for prefix in router.addresses {
                let key = AddressDemand.Entry(
                    interface: router.interface,
                    prefix: Prefix(host: prefix.address),
                    disposition: .present
                )
                guard addresses.insert(key).inserted else { return .duplicateAddress(router.name, prefix.address) }
            }
        }
        return nil
    }
}

extension ElectionSettings {
    /// What the routers track, each once, in the file's order.
    package var trackedSubjects: [TrackSettings.Subject] {
        var seen: Set<TrackSettings.Subject> = []
        return routers.flatMap(\.tracks).map(\.subject).filter { seen.insert($0).inserted }
    }

    /// The tracked services' names.
    package var trackedServices: [String] {
        trackedSubjects.compactMap { subject in
            if case .service(let name) = subject { name } else { nil }
        }
    }
}
