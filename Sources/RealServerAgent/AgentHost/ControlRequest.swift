package import AgentCore

/// What an operator asks of a running agent; on the wire `{"command":"status"}`.
package enum ControlRequest: Hashable, Sendable {
    /// How everything stands; the answer is an `AgentStatus`.
    case status
    /// Drain the node and take its virtual addresses off, waiting so many seconds for their connections, or as many as
    /// the configuration says; the answer is a `ReleaseResult` and comes once the release has ended.
    case release(deadline: Int?)
    /// Hold the node back from new connections, or do so no more; the answer is a `HoldResult` and comes
    /// once the directors have acted, or have had their time.
    case hold(NodeHold)
    /// Drain the services of a systemd unit that is about to stop, waiting so many seconds or as many as the configuration
    /// says; the answer is a `UnitDrainResult` and comes once that has ended.
    case stopUnit(UnitDrain, deadline: Int?)
    /// Take such a drain back; the answer is a `UnitDrainResult`.
    case startUnit(String)

    /// The longest deadline of a release in seconds.
    package static let longestDeadline = 86_400
}

extension ControlRequest: Codable {
    private enum Key: String, CodingKey {
        case command
        case deadline
        case unit
        case ports
    }

    private enum Command: String, Codable, CaseIterable {
        case status
        case release
        case drain
        case maintenance
        case resume
    }

    package init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: Key.self)
        let name = try container.decode(String.self, forKey: .command)
        guard let command = Command(rawValue: name) else {
            let known = Command.allCases.map(\.rawValue).joined(separator: ", ")
            throw DecodingError.dataCorruptedError(
                forKey: .command,
                in: container,
                debugDescription: "\"\(name)\" is no command; there are \(known)",
            )
        }
        switch command {
        case .status: self = .status
        case .maintenance: self = .hold(.maintenance)
        case .drain:
            let deadline = try Self.deadline(container)
            self = try Self.drain(container).map { .stopUnit($0, deadline: deadline) } ?? .hold(.drain)
        case .resume: self = try Self.drain(container).map { .startUnit($0.unit) } ?? .hold(.none)
        case .release: self = .release(deadline: try Self.deadline(container))
        }
    }

    private static func deadline(_ container: KeyedDecodingContainer<Key>) throws -> Int? {
        let deadline = try container.decodeIfPresent(Int.self, forKey: .deadline)
        guard (0...longestDeadline).contains(deadline ?? 0) else {
            throw DecodingError.dataCorruptedError(
                forKey: .deadline,
                in: container,
                debugDescription: "the deadline is between 0 and \(longestDeadline) seconds",
            )
        }
        return deadline
    }

    /// The drain of a unit that a request is about, if it is about one.
    private static func drain(_ container: KeyedDecodingContainer<Key>) throws -> UnitDrain? {
        guard let unit = try container.decodeIfPresent(String.self, forKey: .unit) else { return nil }
        let ports = try container.decodeIfPresent([UInt16].self, forKey: .ports) ?? []
        guard let drain = UnitDrain(unit: unit, ports: ports) else {
            throw DecodingError.dataCorruptedError(
                forKey: .unit,
                in: container,
                debugDescription: "a unit has a name of at most \(UnitDrain.limits.name) printable characters "
                    + "and at most \(UnitDrain.limits.ports) ports",
            )
        }
        return drain
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: Key.self)
        switch self {
        case .status:
            try container.encode(Command.status, forKey: .command)
        case .hold(.drain): try container.encode(Command.drain, forKey: .command)
        case .hold(.maintenance): try container.encode(Command.maintenance, forKey: .command)
        case .hold(.none): try container.encode(Command.resume, forKey: .command)
        case .stopUnit(let drain, let deadline):
            try container.encode(Command.drain, forKey: .command)
            try container.encode(drain.unit, forKey: .unit)
            if !drain.ports.isEmpty { try container.encode(drain.ports, forKey: .ports) }
            try container.encodeIfPresent(deadline, forKey: .deadline)
        case .startUnit(let unit):
            try container.encode(Command.resume, forKey: .command)
            try container.encode(unit, forKey: .unit)
        case .release(let deadline):
            try container.encode(Command.release, forKey: .command)
            try container.encodeIfPresent(deadline, forKey: .deadline)
        }
    }
}
