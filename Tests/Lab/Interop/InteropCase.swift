import Primitives

/// An election between Tandem and another implementation.
struct InteropCase: Sendable {
    var name: String
    var peer: Implementation
    var setup: RouterSetup

    /// Every case, in the order in which they are played.
    static let all: [InteropCase] = [
        InteropCase(name: "keepalived-v3-ipv4", peer: .keepalived, setup: RouterSetup()),
        InteropCase(name: "keepalived-v3-ipv6", peer: .keepalived, setup: RouterSetup(family: .ipv6)),
        InteropCase(name: "frr-v3-ipv4", peer: .frr, setup: RouterSetup()),
        InteropCase(name: "frr-v3-ipv6", peer: .frr, setup: RouterSetup(family: .ipv6)),
    ]

    /// What it shows, for a person.
    var summary: String {
        let family = setup.family == .ipv4 ? "IPv4" : "IPv6"
        let password = setup.password == nil ? "" : " with a password"
        let form = setup.checksumsMessageOnly ? ", checksum of the message alone" : ""
        let unicast = setup.isUnicast ? ", unicast" : ""
        return "\(peer.rawValue), version \(setup.version) over \(family)\(password)\(unicast)\(form)"
    }
}
