internal import Balancing
internal import ConfigurationSyntax
internal import Control
internal import ControlSocket
internal import Dataplane
internal import DirectorConfiguration
internal import DirectorCore
internal import Election
internal import Health
internal import Linux
internal import Logging
internal import PeerProtocol
internal import Primitives
internal import VRRP

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
            var status = statusWithPeer(at: Clock.now)
            status.troubles = threads.troubles.map(\.description)
            let health = threads.election.health
            (status.election.heldBack, status.election.sendFailures) = (health.heldBack, health.sendFailures)
            status.election.record(health.latencies)
            message.reply.succeed(status)
        case .drainProgress(let realServer, let service, let known):
            if let problem = problem(realServer: realServer, service: service) {
                message.reply.fail(problem)
            } else if !drainWaits.add(realServer, service: service, known: known, message.reply, at: Clock.now) {
                message.reply.fail("too many wait for drains already")
            }
        case .failover(let router, let isForced):
            failOver(router: router, isForced: isForced, message.reply)
        case .prepareRestart:
            restartAnnouncedUntil = Clock.now + .seconds(30)
            message.reply.succeed("a stop within 30s keeps the virtual addresses")
        case .reload:
            switch reload() {
            case .applied(let text): message.reply.succeed(text)
            case .refused(let text): message.reply.fail(text)
            }
        case .order(let request):
            if let problem = problem(realServer: request.realServer, service: request.service) {
                message.reply.fail(problem)
            } else if var order = request.order(at: Clock.now) {
                guard core.hasRoom(for: order) else {
                    message.reply.fail("there are \(OperatorOrders.limit) orders already")
                    return
                }
                order.stamp.time = Self.wallClock
                handle(.operatorCommand(.order(order)))
                answer("\(request.realServer): \(order.action)\(remark(on: order))", message.reply)
            } else {
                message.reply.fail("the order's numbers make no sense")
            }
        case .withdraw(let realServer, let service, let isWeight):
            let status = core.status(at: Clock.now)
            let strays = status.strayOrders.filter { $0.realServer == realServer }.map(\.order)
            // What another configuration has ordered about can be withdrawn here too.
            if let problem = problem(realServer: realServer, service: service),
                !strays.contains(where: { service == nil || $0.service == service })
            {
                message.reply.fail(problem)
                return
            }
            let stood = strays + (status.realServers.first { $0.name == realServer }?.orders ?? [])
            let concerned = stood.filter { $0.action.hasPrefix("weight") == isWeight }
            if let service, !concerned.contains(where: { $0.service == service }),
                concerned.contains(where: { $0.service == nil })
            {
                message.reply.fail("the order about \(realServer) is for all services, not for \(service) alone")
                return
            }
            handle(
                .operatorCommand(
                    .withdraw(
                        realServer: realServer,
                        service: service,
                        isWeight: isWeight,
                        clock: Self.wallClock,
                    )
                )
            )
            answer("\(realServer): \(isWeight ? "the configuration's weight" : "in service")", message.reply)
        }
    }

    /// What an operator has to know of a weight that the schedulers of its services do not go by.
    private func remark(on order: OperatorOrder) -> String {
        guard case .weight(let weight) = order.action, weight > 0 else { return "" }
        let deaf = configuration.cluster.services.filter { service in
            (order.service ?? service.name) == service.name
                && !(Scheduler(rawValue: service.service.schedulerName)?.spreadsByWeight ?? true)
                && service.members.contains { $0.realServer == order.realServer }
        }
        guard !deaf.isEmpty else { return "" }
        let list = deaf.map { "\($0.name) (\($0.service.schedulerName))" }.joined(separator: ", ")
        return "; the scheduler does not spread connections by weight in \(list)"
    }

    /// Says what an order came to; one that would not survive a restart is in force, and no success.
    private func answer(_ outcome: String, _ reply: ControlReply) {
        let text = outcome + reservations(at: Clock.now)
        guard let unsavedOrders else { return reply.succeed(text) }
        reply.fail("\(text); it is in force and would not survive a restart: \(unsavedOrders)")
    }

    /// Answers those who wait for news of a drain.
    mutating func tellOfDrains(at now: MonotonicInstant) {
        for (reply, progress) in drainWaits.take(statusWithPeer(at: now), at: now) { reply.succeed(progress) }
    }

    private func statusWithPeer(at now: MonotonicInstant) -> ClusterStatus {
        var status = core.status(at: now)
        status.peer = peer.status(at: now)
        return status
    }

    /// What an operator has to know besides that an order stands.
    private func reservations(at now: MonotonicInstant) -> String {
        guard let peer = peer.status(at: now), peer.link != .connected else { return "" }
        return "; \(peer.name) is not connected and hears of it when it is back"
    }

    /// Why there is nothing that an order could be about.
    private func problem(realServer: String, service: String?) -> String? {
        guard configuration.cluster.realServers.contains(where: { $0.name == realServer }) else {
            return "there is no real server \"\(realServer)\""
        }
        guard let service else { return nil }
        guard let found = configuration.cluster.services.first(where: { $0.name == service }) else {
            return "there is no service \"\(service)\""
        }
        let isMember = found.members.contains { $0.realServer == realServer }
        return isMember ? nil : "the service \"\(service)\" has no real server \"\(realServer)\""
    }

    /// Reads the configuration again and applies it whole, or not at all.
    mutating func reload() -> ReloadOutcome {
        guard life.phase == .starting || life.phase == .running else { return .refused("the director is stopping") }
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
        threads.tracking.post(found.election.trackedSubjects)
        configuration = found
        setLogLevel(found.logLevel)
        handle(.configurationReplaced(found.cluster))
        threads.dataplane.post(.interfaces(found.election.routers.map(\.interface)))
        synchronizeConnections()
        reconfigurePeer()
        logger.notice("the new configuration is in force", metadata: ["configuration.file": "\(configurationPath)"])
        return .applied("the new configuration is in force")
    }

    private mutating func setLogLevel(_ level: LogLevel) {
        logger.logLevel = Logger.Level(rawValue: level.rawValue) ?? .info
        clusterLog = ClusterLog(logger: logger)
        electionLog.logger = logger
        troubleLog.logger = logger
    }

    /// What a running process cannot change.
    private func fixedKey(changedIn found: DirectorConfiguration) -> String? {
        if found.keyFile != configuration.keyFile { return "key_file" }
        if found.controlSocket != configuration.controlSocket { return "control_socket" }
        if found.name != configuration.name { return "name" }
        if found.interface != configuration.interface { return "interface" }
        if found.forwardingPolicy != configuration.forwardingPolicy { return "ip_forward" }
        if found.sloppyTCP != configuration.sloppyTCP { return "sloppy_tcp" }
        return nil
    }
}

extension DataplaneReport {
    /// Whether the kernel's table was compared with a desired one: the first looks may come before there is one.
    var isReconciled: Bool {
        lookFailure == nil && (isConverged || !applied.isEmpty || !failures.isEmpty)
    }
}

extension ClusterStatus {
    /// Whether the kernel has the table and every real server's state is known: a client would be served now.
    ///
    /// A director without services is a VRRP router alone, which needs nothing of IPVS.
    var canServe: Bool {
        guard !services.isEmpty else { return true }
        return dataplane?.isConverged == true
            && services.allSatisfy { $0.destinations.allSatisfy { $0.state != .unknown } }
    }
}

extension ElectionReport {
    /// Whether the election has had its first look at every interface, and knows whether its sockets receive.
    var knowsItsInterfaces: Bool {
        routers.allSatisfy { router in
            !router.findings.contains(.interfaceUnusable(.unknown))
                && !router.findings.contains(.interfaceUnusable(.unproved))
        }
    }

    /// The router whose sockets the kernel refuses, in words.
    var socketRefusal: String? {
        let refused = ElectionReport.Finding.interfaceUnusable(.noSockets)
        return routers.first { $0.findings.contains(refused) }.map { "\($0.name): \(refused)" }
    }
}
