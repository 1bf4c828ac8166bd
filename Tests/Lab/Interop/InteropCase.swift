import Primitives

/// An election between Tandem and another implementation.
struct InteropCase: Sendable {
    var name: String
    var peer: Implementation
    var setup: RouterSetup

    /// Every case, in the order in which they are played.
    static let all: [InteropCase] = [
        InteropCase(
            name: "keepalived-v2-password",
            peer: .keepalived,
            setup: RouterSetup(version: 2, interval: .seconds(1), password: "s3cret"),
        ),
        InteropCase(name: "keepalived-v3-ipv4", peer: .keepalived, setup: RouterSetup()),
        InteropCase(name: "keepalived-v3-ipv6", peer: .keepalived, setup: RouterSetup(family: .ipv6)),
        // tshark then reads the packets of both, which have one MAC.
        InteropCase(name: "keepalived-v3-virtual-mac", peer: .keepalived, setup: RouterSetup(usesVirtualMAC: true)),
        InteropCase(name: "keepalived-v3-unicast", peer: .keepalived, setup: RouterSetup(isUnicast: true)),
        InteropCase(name: "frr-v2", peer: .frr, setup: RouterSetup(version: 2, interval: .seconds(1))),
        InteropCase(name: "frr-v3-ipv4", peer: .frr, setup: RouterSetup()),
        InteropCase(name: "frr-v3-ipv6", peer: .frr, setup: RouterSetup(family: .ipv6)),
        // keepalived has no such form, and Debian's FRR goes on with the pseudo-header whatever it is told.
        InteropCase(name: "tandem-v3-message-checksum", peer: .tandem, setup: RouterSetup(checksumsMessageOnly: true)),
    ]

    /// What it shows, for a person.
    var summary: String {
        let family = setup.family == .ipv4 ? "IPv4" : "IPv6"
        let password = setup.password == nil ? "" : " with a password"
        let form = setup.checksumsMessageOnly ? ", checksum of the message alone" : ""
        let unicast = setup.isUnicast ? ", unicast" : ""
        let mac = setup.usesVirtualMAC ? ", virtual MAC" : ""
        return "\(peer.rawValue), version \(setup.version) over \(family)\(password)\(unicast)\(mac)\(form)"
    }
}
