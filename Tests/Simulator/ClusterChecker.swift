import AgentCore
import AgentProtocol
import Balancing
import DirectorCore
import Health
import Primitives

/// Watches brains, agents and kernels from outside.
final class ClusterChecker {
    private struct Pair: Hashable {
        var director: Int
        var server: Int
        var service: ServiceIdentity
    }

    private unowned let world: Simulation
    private var desires: [Int: DesiredTable] = [:]
    private var taps: [UInt64: FactTap] = [:]
    /// Since when a director has been told that a node must get nothing.
    private var condemnedSince: [Pair: MonotonicInstant] = [:]
    /// Since when a node has been unable to serve, as seen from a director.
    private var uselessSince: [Pair: MonotonicInstant] = [:]

    /// When a director heard an agent last.
    private var lastHeard: [[Int]: MonotonicInstant] = [:]

    private static let effectLimit = 64
    private static let grid = Interval.milliseconds(50)
    private static let slack = Interval.milliseconds(60)

    init(world: Simulation) {
        self.world = world
    }

    func live() {
        for director in world.directors {
            checkTraffic(director)
            checkForeign(director)
        }
        for server in world.realServers { checkARP(server) }
        world.healthChecker.look()
        world.after(Self.grid) { [self] in live() }
    }

    // MARK: Events.

    func bounded(_ count: Int, _ what: @autoclosure () -> String) {
        if count > Self.effectLimit { world.fail(.safety, .boundedEffects, "\(count) effects: \(what())") }
    }

    func handled(_ event: ClusterEvent, _ effects: [ClusterEffect], by process: DirectorProcess) {
        bounded(effects.count, "\(process.node.name) by \(event)")
        world.healthChecker.handled(event, effects, by: process)
        var changed: Set<String> = []
        for case .log(let change) in effects {
            if case .destination(let service, let server) = change.subject { changed.insert(service + "/" + server) }
            if change.from.isEmpty && change.to.isEmpty {
                world.fail(.safety, .everyChangeHasAReason, "\(process.node.name) logs nothing about \(change.subject)")
            }
        }
        if case .started = event { desires[process.node.index] = nil }
        for case .desire(let table) in effects {
            defer { desires[process.node.index] = table }
            guard let before = desires[process.node.index] else { continue }
            if case .configurationReplaced = event { continue }
            checkReasons(before, table, changed, process.node)
        }
    }

    /// A weight that changes has an entry in the log that says why.
    private func checkReasons(
        _ before: DesiredTable,
        _ after: DesiredTable,
        _ changed: Set<String>,
        _ node: DirectorNode,
    ) {
        for service in after.services {
            guard let old = before.services.first(where: { $0.service.identity == service.service.identity }),
                let name = node.cluster.services.first(where: { $0.service.identity == service.service.identity })?.name
            else { continue }
            for destination in service.destinations {
                let was = old.destinations.first { $0.endpoint == destination.endpoint }
                guard let was, was.weight != destination.weight,
                    let server = world.realServer(at: destination.endpoint)
                else { continue }
                guard !changed.contains(name + "/" + server.name) else { continue }
                world.fail(.safety, .everyChangeHasAReason, "\(node.name) changes \(server.name) in \(name) silently")
            }
        }
    }

    func directorReceives(_ bytes: [UInt8], on connection: AgentConnection) {
        let director = connection.director.index
        lastHeard[[director, connection.server.index]] = world.now
        for report in taps[connection.number, default: FactTap()].reports(in: bytes) {
            world.healthChecker.told(report, by: connection.server.index, to: director)
            for service in world.services {
                let pair = Pair(director: director, server: connection.server.index, service: service)
                if report.condemns(service) {
                    condemnedSince[pair] = condemnedSince[pair] ?? world.now
                } else {
                    condemnedSince[pair] = nil
                }
            }
        }
    }

    func willApply(_ planned: PlannedOperation, at node: DirectorNode) {
        let identity = planned.operation.service
        if !world.serviceAddresses.contains(identity.endpoint.address) {
            world.fail(.safety, .foreignUntouched, "\(node.name): \(planned.operation)")
        }
        guard case .removeDestination(_, let endpoint) = planned.operation, planned.reason != .drainDeadline,
            let entry = node.table.entry(identity, endpoint), node.table.isBusy(entry, at: world.now)
        else { return }
        // Somebody may have changed the weight after the dump.
        guard entry.destination.weight == 0 else { return }
        world.fail(.safety, .drainBeforeDelete, "\(node.name) removes \(endpoint), which has connections")
    }

    // MARK: The kernels.

    /// The time that a healthy director needs to act on what it knows.
    var reaction: Interval {
        let failures: Interval = world.drawn.netlinkFailures > 0 ? .seconds(2) : .zero
        return world.drawn.netlinkDelay.upperBound * 4 + failures + Self.slack + world.timerLateness * 4
    }

    private func checkTraffic(_ director: DirectorNode) {
        guard let process = director.process, !process.isStopping, process.loops.allSatisfy({ !$0.isStalled }) else {
            condemnedSince = condemnedSince.filter { $0.key.director != director.index }
            uselessSince = uselessSince.filter { $0.key.director != director.index }
            return
        }
        // What the kernel failed to do is tried again at the next look, which may fail as well.
        let resumed = max(process.startedAt, director.failedAt, process.loops.map(\.resumedAt).max() ?? world.now)
        for service in director.cluster.services {
            let probe = service.probe
            // One run may be under way when the node goes, and the longest run takes interval or timeout.
            let rhythm = max(probe.interval, probe.timeout) + world.timerLateness * 2
            let patience = rhythm * Int64(probe.fall + 1) + probe.timeout + reaction
            for server in world.realServers {
                let pair = Pair(
                    director: director.index,
                    server: server.index,
                    service: service.service.identity
                )
                let endpoint = Endpoint(address: server.address, port: pair.service.endpoint.port)
                let weight = director.table.entry(pair.service, endpoint)?.destination.weight ?? 0
                if director.hasFreshlyMeddledTable { uselessSince[pair] = nil }
                let isExcused = world.healthChecker.isExcused(server, service, director)
                let isUseless =
                    !server.serves(pair.service.endpoint.address) || !world.canTalk(director.index, server.index)
                    || !director.kernel.isReachable
                // What no probe can show is unknown.
                let isKnowable = !server.isUnprobed && !isExcused
                if weight == 0 || !isUseless || !isKnowable || isLastResort(server, service, director) {
                    uselessSince[pair] = nil
                } else {
                    let since = max(uselessSince[pair] ?? world.now, resumed)
                    uselessSince[pair] = since
                    let allowance = world.hearing.allowance(director.index, since: since, rhythm: rhythm)
                    if world.now - since > patience + allowance {
                        world.fail(
                            .safety,
                            .noTrafficToBadNode,
                            "\(director.name) sends to \(server.name), which serves nothing, for \(world.now - since)"
                        )
                    }
                }
                // What a stale agent said is unknown, not false; the director finds that out by its own clock.
                let heard = lastHeard[[director.index, server.index]] ?? world.now
                let silence = director.clock.local(world.now) - director.clock.local(heard)
                if silence > director.cluster.heartbeatInterval * 3 { condemnedSince[pair] = nil }
                guard weight > 0, let told = condemnedSince[pair] else { continue }
                let meddled = director.meddledAt ?? told
                let excused = world.healthChecker.excusedAt[
                    .init(director: pair.director, server: pair.server, service: pair.service)
                ]
                let known = world.now - max(told, resumed, meddled, isExcused ? world.now : excused ?? told)
                let bound = reaction + (director.meddledAt == nil ? .zero : .seconds(1))
                guard known > bound else { continue }
                world.fail(
                    .safety,
                    .noTrafficToBadNode,
                    "\(director.name) has known for \(known) what is wrong with \(server.name) and sends to it"
                )
            }
        }
    }

    /// Whether the configuration has left a node out that goes on serving because nobody serves in its place.
    private func isLastResort(
        _ server: RealServerNode,
        _ service: ServiceSettings,
        _ director: DirectorNode,
    ) -> Bool {
        guard !service.members.contains(where: { $0.realServer == server.name }) else { return false }
        return !service.members.contains { member in
            let endpoint = world.endpoint(of: member.realServer, service)
            return (director.table.entry(service.service.identity, endpoint)?.destination.weight ?? 0) > 0
        }
    }

    private func checkForeign(_ director: DirectorNode) {
        guard director.kernel.isPowered else { return }
        let found = director.table.services.first { $0.service.identity == Simulation.foreign.identity }
        guard found?.destinations.count != 1 else { return }
        world.fail(.safety, .foreignUntouched, "\(director.name) lost a service of somebody else's")
    }

    /// Within a second and a look, an agent silences the node again.
    private func checkARP(_ server: RealServerNode) {
        let holds = world.serviceAddresses.contains { server.holds($0) && server.isResponsible(for: $0) }
        guard server.kernel.isPowered, server.answersARP, holds, let agent = server.agent, !agent.loop.isStalled,
            agent.isListening
        else {
            server.answersWronglySince = nil
            return
        }
        let since = max(server.answersWronglySince ?? world.now, agent.loop.resumedAt)
        server.answersWronglySince = since
        let bound = Interval.seconds(1) + reaction + (world.drawn.netlinkFailures > 0 ? .seconds(2) : .zero)
        guard world.now - since > bound else { return }
        world.fail(.safety, .arpSilence, "\(server.name) answers ARP for a virtual address for \(world.now - since)")
    }

    // MARK: After all healed.

    func checkConvergence() {
        for server in world.realServers { checkServer(server) }
        for director in world.directors { checkTable(director) }
    }

    private func checkServer(_ server: RealServerNode) {
        guard world.violation == nil else { return }
        let wanted = world.addressesWanted(of: server)
        guard wanted.allSatisfy({ address in server.loopback.contains { $0.prefix == Prefix(host: address) } }) else {
            return world.fail(.liveness, .addressesOnEveryNode, "\(server.name) has \(server.loopback) on lo")
        }
        guard server.loopback.allSatisfy(\.prefix.isHost), !server.answersARP else {
            return world.fail(.liveness, .arpSilence, "\(server.name) is not a correct real server")
        }
        guard server.hasAgent else { return }
        let standing = server.agent?.standing ?? []
        guard standing == [0, 1] else {
            return world.fail(.liveness, .linksStand, "\(server.name) is linked to \(standing.sorted()) alone")
        }
    }

    private func checkTable(_ director: DirectorNode) {
        guard world.violation == nil, let process = director.process else { return }
        let status = process.status
        let ours = director.table.services.filter { $0.service.identity != Simulation.foreign.identity }
        let names = ours.map(\.service.identity).sorted()
        guard names == director.cluster.services.map(\.service.identity).sorted() else {
            return world.fail(.liveness, .tableMatchesPlan, "\(director.name) has the services \(names)")
        }
        for service in director.cluster.services {
            guard let found = ours.first(where: { $0.service == service.service }) else {
                return world.fail(.liveness, .tableMatchesPlan, "\(director.name) lacks \(service.service)")
            }
            guard found.destinations.count == service.members.count else {
                return world.fail(.liveness, .tableMatchesPlan, "\(director.name) has \(found.destinations)")
            }
            for member in service.members {
                let endpoint = world.endpoint(of: member.realServer, service)
                let weight = director.table.entry(service.service.identity, endpoint)?.destination.weight
                let shown = status.services.first { $0.name == service.name }?.destinations
                    .first { $0.realServer == member.realServer }
                guard weight == member.weight, shown?.state == .up else {
                    let seen = shown.map { "\($0.state), \($0.reason) \($0.evidence)" } ?? "unknown"
                    return world.fail(
                        .liveness,
                        .allHealthyServe,
                        "\(director.name): \(member.realServer) in \(service.name) has weight "
                            + "\(weight.map { "\($0)" } ?? "none"), not \(member.weight): \(seen)"
                    )
                }
            }
        }
    }
}
