package import AgentProtocol
package import Primitives

/// What survives the agent's death: what the directors wanted last and what the sysctls were before Tandem.
package struct SavedState: Hashable, Sendable {
    /// What one director wanted last.
    package struct Desire: Hashable, Sendable {
        /// The director.
        package var director: KeyFingerprint
        /// What it wanted.
        package var state: DesiredState

        /// Makes a desire.
        package init(director: KeyFingerprint, state: DesiredState) {
            self.director = director
            self.state = state
        }
    }

    /// The boot in which the sysctls were changed; another boot starts with the machine's own values again.
    package var bootIdentifier: BootIdentifier
    /// The sysctls' values before Tandem wrote them.
    package var previous: [SysctlKey: Int] = [:]
    /// The directors' desires, in the order of the configuration.
    package var desires: [Desire] = []

    /// Where each director came from last: a route by one that has died leads nowhere.
    package var remotes: [KeyFingerprint: IPAddress] = [:]
    /// How the operator of the node holds it back.
    package var hold = NodeHold.none
    /// The units whose services are drained, sorted by name.
    package var unitDrains: [UnitDrain] = []

    /// Makes the state of a node that knows nothing.
    package init(bootIdentifier: BootIdentifier) {
        self.bootIdentifier = bootIdentifier
    }
}

/// The state file: lines of words, the first naming the format and the last `end`, so that a torn file is known.
///
///     tandem-agent state 1
///     boot 0123456789abcdef0123456789abcdef
///     sysctl all arp_ignore 0
///     hold maintenance
///     unit nginx.service 80 443
///     remote SHA256:… 192.0.2.2
///     director SHA256:… 12
///     address 192.0.2.10
///     service tcp 192.0.2.10:80
///     end
extension SavedState {
    private static let head = "tandem-agent state 1"

    /// The file's content.
    package var text: String {
        var lines = [Self.head, "boot \(bootIdentifier)"]
        for (key, value) in previous.sorted(by: { $0.key < $1.key }) {
            lines.append("sysctl \(key.interface) \(key.name.rawValue) \(value)")
        }
        if hold != .none { lines.append("hold \(hold.rawValue)") }
        for drain in unitDrains {
            lines.append((["unit", drain.unit] + drain.ports.map(String.init)).joined(separator: " "))
        }
        for (director, remote) in remotes.sorted(by: { $0.key < $1.key }) {
            lines.append("remote \(director) \(remote)")
        }
        for desire in desires {
            lines.append("director \(desire.director) \(desire.state.generation)")
            lines += desire.state.addresses.map { "address \($0)" }
            lines += desire.state.services.map { "service \($0)" }
        }
        return (lines + ["end", ""]).joined(separator: "\n")
    }

    /// Reads a file's content; nothing of a file that is torn or not understood is used.
    package init?(text: String) {
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
        guard lines.count >= 4, lines.count < 4096, lines.first == Self.head[...], lines.suffix(2) == ["end", ""],
            lines[1].hasPrefix("boot "), let boot = BootIdentifier(lines[1].dropFirst(5))
        else { return nil }
        self.init(bootIdentifier: boot)
        var current: (director: KeyFingerprint, generation: UInt64)?
        var addresses: [IPAddress] = []
        var services: [ServiceIdentity] = []
        func desire() -> Desire? {
            current.map {
                Desire(
                    director: $0.director,
                    state: DesiredState(generation: $0.generation, addresses: addresses, services: services),
                )
            }
        }
        for line in lines[2..<lines.count - 2] {
            let words = line.split(separator: " ", omittingEmptySubsequences: false)
            switch (words.first, words.count) {
            case ("sysctl", 4):
                guard let name = SysctlKey.Name(rawValue: String(words[2])), let value = Int(words[3]) else {
                    return nil
                }
                previous[SysctlKey(interface: String(words[1]), name: name)] = value
            case ("hold", 2):
                guard let hold = NodeHold(rawValue: String(words[1])) else { return nil }
                self.hold = hold
            case ("unit", 2...):
                let ports = words.dropFirst(2).compactMap { UInt16($0) }
                guard ports.count == words.count - 2, let drain = UnitDrain(unit: String(words[1]), ports: ports),
                    unitDrains.count < Limits.services
                else { return nil }
                unitDrains.append(drain)
            case ("remote", 3):
                guard let director = KeyFingerprint(words[1]), let remote = IPAddress(words[2]) else { return nil }
                remotes[director] = remote
            case ("director", 3):
                if let desire = desire() { desires.append(desire) }
                (addresses, services) = ([], [])
                guard let director = KeyFingerprint(words[1]), let generation = UInt64(words[2]) else { return nil }
                current = (director, generation)
            case ("address", 2):
                guard let address = IPAddress(words[1]), addresses.count < Limits.addresses else { return nil }
                addresses.append(address)
            case ("service", 3):
                guard let kind = TransportProtocol.allCases.first(where: { $0.description == words[1] }),
                    let endpoint = Endpoint(words[2]), services.count < Limits.services
                else { return nil }
                services.append(ServiceIdentity(protocol: kind, endpoint: endpoint))
            default:
                return nil
            }
        }
        if let desire = desire() { desires.append(desire) }
    }
}
