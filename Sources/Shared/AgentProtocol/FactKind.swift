/// What a fact speaks of.
package enum FactKind: UInt8, Hashable, Comparable, Sendable, CaseIterable {
    /// The virtual address is on `lo` and the kernel delivers it locally.
    case vipBound = 1
    /// The virtual address stands there as a host prefix (/32 or /128) and as nothing else.
    case prefixExact = 2
    /// The effective `arp_ignore` of every ingress interface keeps the node from answering ARP for the address.
    case arpSilent = 3
    /// The effective `arp_announce` of every interface keeps the node from announcing the address.
    case arpAnnounce = 4
    /// Replies to clients beyond the LAN do not go through a director.
    case reversePathOK = 5
    /// A socket listens on the service's address and port.
    case listenerPresent = 6
    /// The service's address and port accept a connection from the node itself.
    case localProbe = 7
    /// The node's real address is on the same link as the directors.
    case realAddressOnLink = 8
    /// The node asks to get no new connections.
    case draining = 9
    /// The operator took the node out.
    case maintenance = 10
    /// What share of its capacity the node offers.
    case capacity = 11
    /// No client has a connection of the service any more; told of services that no director gives new ones.
    case idle = 12

    package static func < (left: FactKind, right: FactKind) -> Bool { left.rawValue < right.rawValue }
}

extension FactKind: CustomStringConvertible {
    /// The name in logs, statuses and metrics: `vip-bound`.
    package var description: String {
        switch self {
        case .vipBound: "vip-bound"
        case .prefixExact: "prefix-exact"
        case .arpSilent: "arp-silent"
        case .arpAnnounce: "arp-announce"
        case .reversePathOK: "reverse-path-ok"
        case .listenerPresent: "listener-present"
        case .localProbe: "local-probe"
        case .realAddressOnLink: "real-address-on-link"
        case .draining: "draining"
        case .maintenance: "maintenance"
        case .capacity: "capacity"
        case .idle: "idle"
        }
    }
}
