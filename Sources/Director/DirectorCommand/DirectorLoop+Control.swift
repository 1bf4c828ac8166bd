internal import ConfigurationSyntax
internal import Control
internal import ControlSocket
internal import DirectorConfiguration
internal import DirectorCore
internal import Election
internal import Health
internal import Linux
internal import Logging
internal import Primitives

extension DirectorLoop {
    /// What became of a reload.
    enum ReloadOutcome {
        case applied(String)
        case refused(String)

        /// One line for systemd and the operator.
        var text: String {
            switch self {
            case .applied(let text), .refused(let text): text
            }
        }
    }

    /// Answers a request that came in on the control socket.
    mutating func answer(_ message: DirectorInbox.ControlMessage) {
        let request: ControlRequest
        do throws(ControlJSON.Failure) {
            request = try ControlJSON.decode(ControlRequest.self, from: message.request)
        } catch {
            message.reply.fail(error.description)
            return
        }
        switch request {
        case .status:
            message.reply.succeed(core.status(at: Clock.now))
        case .reload:
            switch reload() {
            case .applied(let text): message.reply.succeed(text)
            case .refused(let text): message.reply.fail(text)
            }
        case .setOverride(let realServer, let override):
            guard configuration.cluster.realServers.contains(where: { $0.name == realServer }) else {
                message.reply.fail("there is no real server \"\(realServer)\"")
                return
            }
            handle(.operatorCommand(.setOverride(realServer: realServer, override)))
            message.reply.succeed("\(realServer): \(override.rawValue)")
        }
    }

    /// Reads the configuration again and applies it whole, or not at all.
    mutating func reload() -> ReloadOutcome {
        let found: DirectorConfiguration
        do throws(ConfigurationError) {
            found = try DirectorConfiguration.load(path: configurationPath)
        } catch {
            logger.error("the new configuration is refused", metadata: ["configuration.error": "\(error)"])
            return .refused("the new configuration is refused, the old one stays: \(error)")
        }
        if let key = fixedKey(changedIn: found) {
            logger.error("the new configuration is refused", metadata: ["configuration.key": "\(key)"])
            return .refused("the new configuration is refused, the old one stays: \(key) changes with a restart only")
        }
        if let problem = found.election.firstProblem() {
            logger.error("the new configuration is refused", metadata: ["configuration.error": "\(problem)"])
            return .refused("the new configuration is refused, the old one stays: \(problem)")
        }
        guard threads.election.post(.replace(found.election)) else {
            return .refused("the election is not reading its mailbox; the old configuration stays")
        }
        configuration = found
        handle(.configurationReplaced(found.cluster))
        logger.notice("the new configuration is in force", metadata: ["configuration.file": "\(configurationPath)"])
        return .applied("the new configuration is in force")
    }

    /// What a running process cannot change.
    private func fixedKey(changedIn found: DirectorConfiguration) -> String? {
        if found.keyFile != configuration.keyFile { return "key_file" }
        if found.controlSocket != configuration.controlSocket { return "control_socket" }
        if found.name != configuration.name { return "name" }
        if found.interface != configuration.interface { return "interface" }
        if found.forwardingPolicy != configuration.forwardingPolicy { return "ip_forward" }
        return nil
    }
}

extension ElectionReport {
    /// Whether the election has had its first look at every interface.
    var knowsItsInterfaces: Bool {
        routers.allSatisfy { !$0.findings.contains(.interfaceUnusable(.unknown)) }
    }
}
