internal import AgentCore
internal import AgentHost
internal import ControlSocket
internal import Linux
internal import Primitives

extension AgentLoop {
    /// More do not wait for one thing at a time; a client that left counts until that has ended.
    private static let waitLimit = 256

    /// Answers a request that came in on the control socket, or lets it wait for the end of a release.
    mutating func answer(_ message: ControlMessage) {
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
        case .hold(let hold):
            guard holdWaits.count < Self.waitLimit else {
                message.reply.fail("too many wait for the directors already")
                return
            }
            holdWaits.append((hold, Clock.now + HoldProgress.patience, message.reply))
            pending.append(.holdRequested(hold))
        case .stopUnit(let drain, let deadline):
            guard unitWaits.values.reduce(0, { $0 + $1.count }) < Self.waitLimit else {
                message.reply.fail("too many wait for units already")
                return
            }
            unitWaits[drain.unit, default: []].append(message.reply)
            pending.append(.unitStops(drain, deadline: deadline.map { .seconds(Int64($0)) }))
        case .startUnit(let unit):
            pending.append(.unitStarted(unit))
            message.reply.succeed(UnitDrainResult(drained: false))
        case .release(let deadline):
            guard releases.count < Self.waitLimit else {
                message.reply.fail("too many wait for the release already")
                return
            }
            releases.append(message.reply)
            pending.append(.releaseRequested(deadline: deadline.map { .seconds(Int64($0)) }))
        }
    }

    /// Tells those who asked for a hold what has come of it, as far as that is known.
    mutating func finishHolds(at now: MonotonicInstant) {
        guard !holdWaits.isEmpty else { return }
        let progress = HoldProgress(core.status(at: now))
        holdWaits.removeAll { hold, until, reply in
            guard let outcome = progress.outcome(of: hold, isTimeUp: until <= now) else { return false }
            reply.succeed(HoldResult(hold: hold, outcome))
            return true
        }
    }

    /// Tells everybody who waits for the release how it ended.
    mutating func finishReleases(isComplete: Bool) {
        for reply in releases { reply.succeed(ReleaseResult(released: isComplete)) }
        releases = []
    }
}
