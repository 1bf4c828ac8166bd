/// Frames that the bridge drops instead of forwarding them.
struct Loss {
    /// What nftables matches in the bridge's forward hook.
    var match: String

    /// Everything from one host to another.
    static func between(_ from: Host, _ to: Host) -> Loss {
        Loss(match: "iifname \(from.port) oifname \(to.port)")
    }

    /// Advertisements from one host to another.
    static func advertisements(_ from: Host, _ to: Host) -> Loss {
        Loss(match: "iifname \(from.port) oifname \(to.port) ip protocol 112")
    }

    /// ARP from any of some hosts to another: their announcements and answers.
    static func addressResolution(_ from: [Host], _ to: Host) -> Loss {
        Loss(match: "iifname { \(from.map(\.port).joined(separator: ", ")) } oifname \(to.port) ether type arp")
    }

    /// Three of ten segments of a director's own to a port of a real server: its probes, and nothing of its clients'.
    static func probes(_ from: Host, _ to: Host, port: UInt16) -> Loss {
        let own = "ip saddr \(from.address) tcp dport \(port)"
        return Loss(match: "iifname \(from.port) oifname \(to.port) \(own) numgen random mod 10 < 3")
    }

    /// TCP to a port of one host from another, with its answers.
    static func stream(_ from: Host, _ to: Host, port: UInt16) -> [Loss] {
        [
            Loss(match: "iifname \(from.port) oifname \(to.port) tcp dport \(port)"),
            Loss(match: "iifname \(to.port) oifname \(from.port) tcp sport \(port)"),
        ]
    }
}
