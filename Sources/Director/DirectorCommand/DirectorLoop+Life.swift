internal import Dataplane
internal import DirectorConfiguration
internal import DirectorCore
internal import Election
internal import Linux
internal import Logging
internal import Primitives
internal import ServiceManager
internal import SystemPackage

/// The process's own life: its readiness, what systemd reads, and its end.
extension DirectorLoop {
    /// Moves the process's own life on: readiness, and the steps of a stop.
    mutating func advance(at now: MonotonicInstant) {
        if let due = codeReleaseDue, due <= now, life.phase == .running { releaseIdleCode(at: now) }
        if case .stoppingDataplane = life.phase, threads.dataplane.isStopped { live(.dataplaneEnded) }
        // The whole status is made only when what takes longest is done.
        let isSynchronized = configuration.connectionSync == nil || core.isSynchronized
        let canServe = life.asksWhetherItCanServe && isSynchronized && core.status(at: now).canServe
        live(.timePassed(canServe: canServe))
    }

    /// Tells the process's life what happened, and does what follows, in order.
    mutating func live(_ event: DirectorLife.Event) {
        let now = Clock.now
        for step in life.handle(event, at: now) {
            switch step {
            case .becomeReady(let missing): becomeReady(without: missing, at: now)
            case .allowPreemption:
                mayPreempt = true
                deferPreemption()
            case .stopElection: stop()
            case .reportLateElection: logger.error("the election did not stop in time")
            case .stopDataplane:
                threads.dataplane.post(.stop(clear: configuration.stopAction == .clear && !isRestarting))
            case .fail:
                failure = threads.election.health.ended ?? .ioError
                logger.critical("the election ended", metadata: ["election.health": "\(threads.election.health)"])
            }
        }
    }

    private mutating func becomeReady(without missing: String?, at now: MonotonicInstant) {
        codeReleaseDue = now + .seconds(5)
        if let missing {
            logger.error(
                "the director is ready without what it needs, and leaves the virtual addresses to its peer",
                metadata: ["trouble": "\(missing)"],
            )
        } else {
            logger.notice("the director is ready")
        }
        notifier.ready(status: StatusLine.text(core.status(at: now)))
    }

    /// Gives back the code that the start, a handover or a handshake needed, which locked memory would hold for good.
    private mutating func releaseIdleCode(at now: MonotonicInstant) {
        codeReleaseDue = now + .seconds(60)
        let isLocked = threads.election.notes?.memoryLockRefusal == nil
        do throws(Errno) {
            try ProgramText.release(relocking: isLocked)
        } catch {
            codeReleaseDue = nil
            logger.warning("idle code is not given back", metadata: ["errno": "\(error)"])
        }
    }

    mutating func showStatus(at now: MonotonicInstant) {
        if troubleLog.isDue(at: now) { troubleLog.record(threads.troubles, at: now) }
        guard life.phase == .running, statusLine.isDue(at: now) else { return }
        if let text = statusLine.next(core.status(at: now), at: now) { notifier.status(text) }
    }

    /// Gives up the virtual addresses; the kernel's services follow when that is done.
    private mutating func stop() {
        // First of all: the other director waits for the advertisement of priority 0.
        let isHeard = endElection()
        notifier.stopping(status: isRestarting ? "restarting" : "giving up the virtual addresses")
        logger.notice("the director stops")
        handle(.stopRequested)
        if !isHeard { live(.electionEnded) }
    }
}
