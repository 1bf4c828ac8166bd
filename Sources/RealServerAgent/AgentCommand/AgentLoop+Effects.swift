internal import AgentConfiguration
internal import AgentCore
internal import AgentHost
internal import ControlSocket
internal import Linux
internal import Logging
internal import Primitives
internal import SecureTransport
internal import ServiceManager

extension AgentLoop {
    /// Does one thing that the core wants done.
    mutating func execute(_ effect: AgentEffect) throws {
        switch effect {
        case .send(let connection, let bytes):
            transport.listener.send(LinkIdentifier(rawValue: connection), bytes)
        case .close(let connection):
            transport.listener.close(LinkIdentifier(rawValue: connection))
        case .save, .writeSysctl, .addAddress, .removeAddress:
            change(effect)
        case .listen:
            try listen()
            pending.append(.listening)
        case .admit(let directors, let refusedAt):
            transport.listener.replacePins(Set(directors))
            transport.listener.replaceRefusedLocalAddresses(Set(refusedAt))
        case .ready:
            isReady = true
            notifier.ready(status: core.summary)
        case .observe(let scope, let addresses, let directors):
            let (observation, problems) = host.observe(scope, addresses: addresses, directors: directors)
            if !problems.isEmpty {
                pending.append(.effectFailed(effect, reason: problems.joined(separator: "; ")))
            }
            pending.append(.observed(observation))
        case .run(let run):
            if let outcome = runner.start(run, at: Clock.now, &reactor) { pending.append(.ran(run, outcome)) }
        case .log(let change):
            Journal(logger: logger).tell(change)
            if case .releaseBegan(let deadline) = change {
                // While systemd waits for the program to end, it must know for how long.
                notifier.extendTimeout(by: deadline + .seconds(5))
            }
        case .releaseFinished(let isComplete):
            finishReleases(isComplete: isComplete)
        case .unitDrained(let unit, let isComplete):
            let waits = unitWaits.removeValue(forKey: unit) ?? []
            for reply in waits { reply.succeed(UnitDrainResult(drained: isComplete)) }
        case .finish:
            isFinished = true
        }
    }

    /// Changes the host or the state file; a failure goes back to the core, which tries again by itself.
    private mutating func change(_ effect: AgentEffect) {
        do throws(HostError) {
            switch effect {
            case .save(let state):
                try stateFile.save(state)
                pending.append(.saved)
            case .writeSysctl(let key, let value): try host.write(key, value)
            case .addAddress(let address): try host.add(address)
            case .removeAddress(let observed): try host.remove(observed)
            default: preconditionFailure("not a change: \(effect)")
            }
        } catch {
            pending.append(.effectFailed(effect, reason: "\(error)"))
        }
    }

    /// Listens on the configured address, else on every one of both families.
    private func listen() throws {
        let port = configuration.settings.port
        if let address = configuration.settings.listenAddress {
            try transport.listener.listen(on: Endpoint(address: address, port: port))
            return
        }
        try transport.listener.listen(on: Endpoint(address: .v4(IPv4Address(rawValue: 0)), port: port))
        do throws(TransportError) {
            try transport.listener.listen(on: Endpoint(address: .v6(IPv6Address(high: 0, low: 0)), port: port))
        } catch {
            // A machine without IPv6 is reached by IPv4.
            logger.info("not listening on IPv6", metadata: ["reason": "\(error)"])
        }
    }
}

extension AgentEffect {
    /// The bytes for a director, where that is what shall be done.
    var message: LinkMessage? {
        if case .send(let connection, let bytes) = self {
            LinkMessage(LinkIdentifier(rawValue: connection), bytes)
        } else {
            nil
        }
    }
}
