import DirectorCore
import Primitives

/// What of a machine survives the death of its programs: addresses, link, and whether it runs at all.
struct MachineKernel: Hashable {
    /// The loopback interface's name.
    static let loopback = "lo"

    /// The virtual addresses that programs and people put on its interfaces, beyond the machine's own.
    var addresses: [AddressPlan.Found] = []
    /// Whether the machine runs.
    var isPowered = true
    /// Whether the cable is in.
    var hasCarrier = true

    /// Whether frames go in and out.
    var isReachable: Bool { isPowered && hasCarrier }

    /// Whether an address is on the LAN's interface, so that the machine answers for it.
    func holds(_ address: IPAddress) -> Bool {
        addresses.contains { $0.interface == Lan.interface && $0.prefix.address == address }
    }

    /// Whether packets to an address that reach the machine are taken, on whatever interface the address is.
    func accepts(_ address: IPAddress) -> Bool {
        isReachable && addresses.contains { $0.prefix.address == address }
    }

    /// `ip address add` on an interface; an address that is there with the same length stays as it is.
    mutating func add(_ prefix: Prefix, to interface: String = Lan.interface, isMarked: Bool) {
        guard !addresses.contains(where: { $0.interface == interface && $0.prefix == prefix }) else { return }
        var added = AddressPlan.Found(interface: interface, prefix: prefix, isMarked: isMarked)
        added.isLingering = interface == Self.loopback && isMarked
        addresses.append(added)
    }

    /// `ip address del` of one entry.
    mutating func remove(_ found: AddressPlan.Found) {
        addresses.removeAll { $0.interface == found.interface && $0.prefix == found.prefix }
    }
}
