import Primitives

/// What of a machine survives the death of its programs: addresses, link, and whether it runs at all.
struct MachineKernel {
    /// An address on an interface.
    struct Address: Hashable, Sendable {
        /// The address with its prefix length.
        var prefix: Prefix
        /// Whether it carries the program's mark.
        var isMarked: Bool
    }

    /// The addresses on the LAN's interface beyond the machine's own.
    var addresses: [Address] = []
    /// Whether the machine runs.
    var isPowered = true
    /// Whether the cable is in.
    var hasCarrier = true

    /// Whether frames go in and out.
    var isReachable: Bool { isPowered && hasCarrier }

    /// Whether an address is on the LAN's interface.
    func holds(_ address: IPAddress) -> Bool {
        addresses.contains { $0.prefix.address == address }
    }
}
