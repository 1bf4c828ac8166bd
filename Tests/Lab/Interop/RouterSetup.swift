import Primitives

/// What the routers of one virtual router agree on.
struct RouterSetup: Sendable {
    /// VRRP version, 2 or 3.
    var version = 3
    /// The family of the virtual addresses.
    var family = AddressFamily.ipv4
    /// Advertisement_Interval; version 2 counts whole seconds.
    var interval = Interval.milliseconds(100)
    /// The simple-text password of version 2 (RFC 2338).
    var password: String?
    /// Whether the routers advertise to each other's addresses instead of the group.
    var isUnicast = false
    /// Whether version 3 over IPv4 leaves the pseudo-header out of its checksum, as RFC 9568 section 5.2.8 has it.
    var checksumsMessageOnly = false
    /// Whether the addresses are at the virtual MAC.
    var usesVirtualMAC = false
    /// Whether keepalived gets real time, and what its documentation offers for quick takeovers, beyond its defaults.
    var isTuned = false

    /// VRID.
    static let identifier = 51

    /// The virtual MAC (RFC 9568 section 7.3).
    var virtualMAC: MACAddress {
        MACAddress(rawValue: (family == .ipv4 ? 0x5e00_0100 : 0x5e00_0200) | UInt64(Self.identifier))
    }

    /// The virtual addresses with their prefix lengths; over IPv6 the first is link-local (RFC 9568 section 5.2.9).
    var prefixes: [String] {
        family == .ipv4 ? ["192.168.10.100/24"] : ["fe80::5e:33/64", "2001:db8::100/64"]
    }

    /// The virtual address whose holder matters.
    var address: IPAddress {
        family == .ipv4
            ? .v4(IPv4Address(192, 168, 10, 100))
            : .v6(IPv6Address(high: 0x2001_0db8_0000_0000, low: 0x100))
    }

    /// Skew_Time (RFC 9568 section 6.1; version 2 counts it in parts of a second: RFC 3768 section 6.1).
    func skewTime(_ priority: Int) -> Interval {
        (version == 2 ? .seconds(1) : interval) * Int64(256 - priority) / 256
    }

    /// Active_Down_Interval.
    func activeDownInterval(_ priority: Int) -> Interval {
        interval * 3 + skewTime(priority)
    }
}
