package import Primitives

/// Advertisements to single addresses instead of the group, as keepalived's `unicast_peer` has it.
package struct UnicastSettings: Hashable, Sendable {
    /// So many peers at most: each costs a packet for every advertisement.
    package static let limit = 32

    /// Where advertisements go, one packet for each, and the only sources that are listened to.
    package var peers: [IPAddress]
    /// The least TTL or hop limit that is accepted: 255 proves a sender on the link (RFC 5082), less allows routers
    /// between.
    package var minimumTimeToLive: UInt8 = 255

    /// Makes the settings with peers on the link.
    package init(peers: [IPAddress]) {
        self.peers = peers
    }
}

extension VirtualRouterSettings {
    /// Where each advertisement goes: to the group, or to every peer.
    package var destinations: [IPAddress] { unicast?.peers ?? [ProtocolVersion.group(family)] }

    /// The least TTL or hop limit that is accepted (RFC 9568 section 5.1.1.3).
    package var minimumTimeToLive: UInt8 { unicast?.minimumTimeToLive ?? ProtocolVersion.timeToLive }

    /// Whether unicast peers can be sent to and told from this router's own addresses.
    var hasUsablePeers: Bool {
        guard let unicast else { return true }
        guard (1...UnicastSettings.limit).contains(unicast.peers.count),
            Set(unicast.peers).count == unicast.peers.count, unicast.minimumTimeToLive > 0
        else { return false }
        let own = Set(addresses.map(\.address))
        return unicast.peers.allSatisfy { peer in
            // Advertisements leave from the link-local address, and only a link-local one is reached from it.
            peer.family == family && !peer.isMulticast && !own.contains(peer)
                && (peer.ipv6.map(\.isLinkLocal) ?? true)
        }
    }
}

extension IPAddress {
    /// Whether it names a group of machines.
    var isMulticast: Bool {
        switch self {
        case .v4(let address): address.rawValue >> 28 == 0xe
        case .v6(let address): address.high >> 56 == 0xff
        }
    }
}
