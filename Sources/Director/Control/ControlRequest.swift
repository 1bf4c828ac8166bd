package import Health

/// What an operator asks of a running director; on the wire `{"command":"status"}`.
package enum ControlRequest: Hashable, Sendable {
    /// How everything stands; the answer is a `ClusterStatus`.
    case status
    /// Read the configuration again, whole or not at all; the answer is a sentence.
    case reload
    /// Overrule everything that is known about a real server; the answer is a sentence.
    case setOverride(realServer: String, OperatorOverride)
}

extension ControlRequest: Codable {
    private enum Key: String, CodingKey {
        case command
        case realServer = "real_server"
        case override
    }

    private enum Command: String, Codable, CaseIterable {
        case status
        case reload
        case override
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
        case .reload: self = .reload
        case .override:
            self = .setOverride(
                realServer: try container.decode(String.self, forKey: .realServer),
                try container.decode(OperatorOverride.self, forKey: .override),
            )
        }
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: Key.self)
        switch self {
        case .status:
            try container.encode(Command.status, forKey: .command)
        case .reload:
            try container.encode(Command.reload, forKey: .command)
        case .setOverride(let realServer, let override):
            try container.encode(Command.override, forKey: .command)
            try container.encode(realServer, forKey: .realServer)
            try container.encode(override, forKey: .override)
        }
    }
}
