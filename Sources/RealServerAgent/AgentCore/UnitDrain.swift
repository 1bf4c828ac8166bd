internal import Primitives

/// The drain of the services of a systemd unit that is about to stop, until it has started again.
package struct UnitDrain: Hashable, Sendable {
    /// The unit's name, of whom nothing else is asked than that it can be told from others.
    package var unit: String
    /// The ports of its services, sorted; all of them if empty.
    package var ports: [UInt16]

    /// The longest name of a unit (systemd.unit(5)) and the most ports of one.
    package static let limits = (name: 255, ports: 64)

    /// Makes a drain; nothing if the name is none that fits into a line of the state file, or there are too many ports.
    package init?(unit: String, ports: [UInt16] = []) {
        guard (1...Self.limits.name).contains(unit.utf8.count), unit.utf8.allSatisfy({ (33...126).contains($0) }),
            ports.count <= Self.limits.ports, !ports.contains(0)
        else { return nil }
        self.unit = unit
        self.ports = Set(ports).sorted()
    }

    /// Whether a service is one of the unit's.
    func covers(_ service: ServiceIdentity) -> Bool { ports.isEmpty || ports.contains(service.endpoint.port) }
}
