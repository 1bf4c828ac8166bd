internal import DirectorCore

/// How far a drain is, out of a status.
struct DrainProgress: Hashable, Codable {
    enum State: String, Codable {
        case draining
        case drained
        /// The deadline came before the last connection had ended.
        case cutOff = "cut_off"
        /// The order is gone.
        case withdrawn
    }

    let state: State
    /// The connections that are left, in words.
    let text: String

    init(_ status: ClusterStatus, realServer: String, service: String?) {
        let concerned = status.services.filter { service == nil || $0.name == service }
        let destinations = concerned.flatMap { service in
            service.destinations.filter { $0.realServer == realServer }.map { (service, $0) }
        }
        let orders = status.realServers.first { $0.name == realServer }?.orders ?? []
        let standing = orders.filter { !$0.action.hasPrefix("weight") && ($0.service == nil || $0.service == service) }
        let endpoints = concerned.filter { service in service.destinations.contains { $0.realServer == realServer } }
            .map(\.endpoint)
        let silent = Self.silentPeer(status, endpoints)
        let isCutOff = standing.contains { $0.cutOffIn == 0 } && destinations.contains { $0.1.weightApplied == nil }
        if standing.isEmpty {
            state = .withdrawn
        } else if destinations.contains(where: { Self.isBusy($0.1, in: $0.0) }) {
            state = .draining
        } else if isCutOff {
            state = .cutOff
        } else {
            state = silent == nil ? .drained : .draining
        }
        let counts = destinations.map { service, destination in
            let active = destination.activeConnections ?? 0
            let left =
                destination.state == .drained && active > 0
                ? "the real server has no connection left of the \(active) in the kernel's table"
                : "\(active) active and \(destination.inactiveConnections ?? 0) ended connection(s) left"
            return "\(service.name): \(destination.state.rawValue), \(left)"
                + (Self.isBusy(there: destination) ? "; on the other director: \(destination.peerState ?? "")" : "")
        }
        let known = counts.isEmpty ? "no service has \(realServer)" : counts.joined(separator: "; ")
        text = known + (silent.map { "; \($0) is not connected, so that what it sends is not known" } ?? "")
    }

    /// The other director, if it may be the one that forwards and does not say what.
    ///
    /// Where this director is Active for the services' addresses, the other one forwards nothing: it may be off, and is not
    /// waited for.
    private static func silentPeer(_ status: ClusterStatus, _ endpoints: [String]) -> String? {
        guard let peer = status.peer, peer.link != .connected else { return nil }
        let routers = status.routers.filter { router in
            router.addresses.contains { entry in
                let address = entry.address.prefix { $0 != "/" }
                return endpoints.contains { $0.hasPrefix("\(address):") || $0.hasPrefix("[\(address)]:") }
            }
        }
        return routers.contains { $0.state != "active" } ? peer.name : nil
    }

    // The connections may be the other director's: a standby counts what it was told of, if anything.
    private static func isBusy(_ destination: DestinationStatus, in service: ServiceStatus) -> Bool {
        switch destination.state {
        case .drained: isBusy(there: destination)
        // Somebody has ordered maintenance meanwhile: who is left is counted by the table alone.
        case .maintenance: isUsed(destination, in: service) || isBusy(there: destination)
        case .up, .down, .draining, .unknown: true
        }
    }

    private static func isUsed(_ destination: DestinationStatus, in service: ServiceStatus) -> Bool {
        // Of UDP nothing is known to have ended.
        let inactive = service.protocol == "udp" ? destination.inactiveConnections ?? 0 : 0
        return destination.weightApplied ?? 0 > 0 || (destination.activeConnections ?? 0) + inactive > 0
    }

    // What is drained there is told as unknown.
    private static func isBusy(there destination: DestinationStatus) -> Bool {
        ["up", "down", "draining"].contains(destination.peerState ?? "")
    }
}
