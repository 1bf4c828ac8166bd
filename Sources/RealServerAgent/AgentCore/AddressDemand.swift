import AgentProtocol
package import Primitives

/// The virtual addresses and services of a node: the union of what its directors want, within what its file allows.
package struct AddressDemand: Hashable, Sendable {
    /// What is to be held, sorted.
    private(set) var addresses: [IPAddress] = []
    /// What is wanted and not allowed, sorted.
    private(set) var refused: [IPAddress] = []
    /// The services on the held addresses, sorted.
    private(set) var services: [ServiceIdentity] = []
    /// Whether every configured director has said what it wants.
    private(set) var isComplete: Bool

    init(settings: AgentSettings, desires: [SavedState.Desire]) {
        let states = settings.directors.map { director in
            desires.first { $0.director == director.fingerprint }?.state
        }
        isComplete = states.allSatisfy { $0 != nil }
        let wanted = Set(states.flatMap { $0?.addresses ?? [] }).subtracting(settings.pinnedAddresses).sorted()
        let allowed = wanted.filter { address in
            Self.isClaimable(address) && settings.allowedAddresses.contains { $0.contains(address) }
        }
        // What is beyond the link's limits could not be reported, so it is refused like what is not allowed.
        let pinned = settings.pinnedAddresses.sorted().prefix(Limits.addresses)
        addresses = (pinned + allowed.prefix(Limits.addresses - pinned.count)).sorted()
        let held = Set(addresses)
        refused = Array(wanted.filter { !held.contains($0) }.prefix(Limits.addresses / 2))
        let services = Set(states.flatMap { $0?.services ?? [] }).filter { held.contains($0.endpoint.address) }
        self.services = Array(services.sorted().prefix(Limits.services))
    }

    /// Whether an address can be a virtual one at all, however wide the file's networks are: 127.0.0.1 on `lo` is not.
    package static func isClaimable(_ address: IPAddress) -> Bool {
        let bytes = address.bytes
        return switch address {
        case .v4: bytes[0] != 0 && bytes[0] != 127 && bytes[0] < 224
        case .v6: bytes[0] != 0xff && (bytes.dropLast().contains { $0 != 0 } || bytes[15] > 1)
        }
    }

    /// Whether an address of ours that is not demanded may go once its connections have ended.
    func isWithdrawn(_ address: IPAddress, settings: AgentSettings) -> Bool {
        let isAllowed = settings.allowedAddresses.contains { $0.contains(address) }
        // A director that has not spoken yet may still send traffic to the address.
        return !addresses.contains(address) && (isComplete || !isAllowed)
    }
}
