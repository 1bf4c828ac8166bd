package import AgentCore

/// What an operator asks of a running agent; on the wire `{"command":"status"}`.
package enum ControlRequest: Hashable, Sendable {
    /// How everything stands; the answer is an `AgentStatus`.
    case status
    /// Drain the node and take its virtual addresses off, waiting so many seconds for their connections, or as many as
    /// the configuration says; the answer is a `ReleaseResult` and comes once the release has ended.
    case release(deadline: Int?)
    /// Hold the node back from new connections, or do so no more; the answer is a `HoldResult`.
    case hold(NodeHold)

    /// The longest deadline of a release in seconds.
    package static let longestDeadline = 86_400
}

extension ControlRequest: Codable {
    private enum Key: String, CodingKey {
        case command
        case deadline
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
        case .drain: self = .hold(.drain)
        case .maintenance: self = .hold(.maintenance)
        case .resume: self = .hold(.none)
        case .release:
            let deadline = try container.decodeIfPresent(Int.self, forKey: .deadline)
            guard (0...Self.longestDeadline).contains(deadline ?? 0) else {
                throw DecodingError.dataCorruptedError(
                    forKey: .deadline,
                    in: container,
                    debugDescription: "the deadline is between 0 and \(Self.longestDeadline) seconds",
                )
            }
            self = .release(deadline: deadline)
        }
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: Key.self)
        switch self {
        case .status:
            try container.encode(Command.status, forKey: .command)
        case .hold(.drain): try container.encode(Command.drain, forKey: .command)
        case .hold(.maintenance): try container.encode(Command.maintenance, forKey: .command)
        case .hold(.none): try container.encode(Command.resume, forKey: .command)
        case .release(let deadline):
            try container.encode(Command.release, forKey: .command)
            try container.encodeIfPresent(deadline, forKey: .deadline)
        }
    }
}
