/// What an operator asks of a running director; on the wire `{"command":"status"}`.
package enum ControlRequest: Hashable, Sendable {
    /// How everything stands; the answer is a `ClusterStatus`.
    case status
    /// Let the other director take over one virtual router, or all; the answer is a sentence.
    case failover(router: String?, isForced: Bool)
    /// Keep the virtual addresses over the stop that follows, which is a restart; the answer is a sentence.
    case prepareRestart
    /// Read the configuration again, whole or not at all; the answer is a sentence.
    case reload
    /// Keep a real server from new connections, or give it another weight; the answer is a sentence.
    case order(OrderRequest)
    /// End the orders about a real server, in one service or everywhere: those about its weight, or the others; the answer
    /// is a sentence.
    case withdraw(realServer: String, service: String?, isWeight: Bool)
    /// How far the drain of a real server is, as soon as that differs from what is known, or after a while; the answer is
    /// a `DrainProgress`.
    case drainProgress(realServer: String, service: String?, known: String?)
}

extension ControlRequest: Codable {
    private enum Key: String, CodingKey {
        case command
        case router
        case isForced = "force"
        case realServer = "real_server"
        case service
        case isWeight = "weight"
        case known
    }

    private enum Command: String, Codable, CaseIterable {
        case status
        case reload
        case failover
        case prepareRestart = "prepare_restart"
        case order
        case withdraw
        case drainProgress = "drain_progress"
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
        case .prepareRestart: self = .prepareRestart
        case .failover:
            self = .failover(
                router: try container.decodeIfPresent(String.self, forKey: .router),
                isForced: try container.decodeIfPresent(Bool.self, forKey: .isForced) ?? false,
            )
        case .order: self = .order(try OrderRequest(from: decoder))
        case .withdraw:
            self = .withdraw(
                realServer: try container.decode(String.self, forKey: .realServer),
                service: try container.decodeIfPresent(String.self, forKey: .service),
                isWeight: try container.decodeIfPresent(Bool.self, forKey: .isWeight) ?? false,
            )
        case .drainProgress:
            self = .drainProgress(
                realServer: try container.decode(String.self, forKey: .realServer),
                service: try container.decodeIfPresent(String.self, forKey: .service),
                known: try container.decodeIfPresent(String.self, forKey: .known),
            )
        }
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: Key.self)
        switch self {
        case .status:
            try container.encode(Command.status, forKey: .command)
        case .prepareRestart:
            try container.encode(Command.prepareRestart, forKey: .command)
        case .failover(let router, let isForced):
            try container.encode(Command.failover, forKey: .command)
            try container.encodeIfPresent(router, forKey: .router)
            try container.encode(isForced, forKey: .isForced)
        case .reload:
            try container.encode(Command.reload, forKey: .command)
        case .order(let request):
            try container.encode(Command.order, forKey: .command)
            try request.encode(to: encoder)
        case .withdraw(let realServer, let service, let isWeight):
            try container.encode(Command.withdraw, forKey: .command)
            try container.encode(realServer, forKey: .realServer)
            try container.encodeIfPresent(service, forKey: .service)
            try container.encode(isWeight, forKey: .isWeight)
        case .drainProgress(let realServer, let service, let known):
            try container.encode(Command.drainProgress, forKey: .command)
            try container.encode(realServer, forKey: .realServer)
            try container.encodeIfPresent(service, forKey: .service)
            try container.encodeIfPresent(known, forKey: .known)
        }
    }
}
