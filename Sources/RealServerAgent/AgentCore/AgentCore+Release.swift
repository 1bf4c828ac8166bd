import AgentProtocol
package import Primitives

extension AgentCore {
    /// Begins to drain the node, unless that is on its way or done.
    mutating func release(
        deadline: Interval?,
        thenStop: Bool,
        at now: MonotonicInstant,
        into turn: inout Turn,
    ) {
        switch phase {
        case .starting, .running:
            let deadline = min(max(deadline ?? settings.drainDeadline, .zero), Limits.drainDeadline.upperBound)
            lastDrain += 1
            let release = AgentPhase.Release(
                identifier: lastDrain,
                until: now + deadline,
                deadline: deadline,
                thenStop: thenStop,
            )
            enter(.draining(release), at: now)
            turn.outbound.append(.log(.releaseBegan(deadline: deadline)))
            for index in links.indices {
                links[index].session.requestDrain(DrainRequest(identifier: lastDrain, deadline: deadline))
            }
            turn.scope.formUnion(.regular)
        case .draining(var release):
            release.thenStop = release.thenStop || thenStop
            // Asking again, for instance by stopping during a release, may shorten the wait and never lengthens it.
            if let deadline { release.until = min(release.until, now + max(deadline, .zero)) }
            phase = .draining(release)
        case .removing(var release, let giveUpAt):
            release.thenStop = release.thenStop || thenStop
            phase = .removing(release, giveUpAt: giveUpAt)
        case .released where loopback.contains(where: \.isOurs):
            // What could not be removed then may be removed now.
            let release = AgentPhase.Release(identifier: lastDrain, until: now, deadline: .zero, thenStop: thenStop)
            enter(.removing(release, giveUpAt: now + Self.removalPatience), at: now)
            turn.scope.formUnion(.regular)
            remove(at: now, into: &turn)
        case .released:
            turn.last.append(.releaseFinished(complete: true))
            if thenStop { finish(goodbye: .released, at: now, into: &turn) }
        case .stopped:
            break
        }
    }

    /// When a release that is on its way ends at the latest.
    package var releaseEnd: MonotonicInstant? {
        switch phase {
        case .draining(let release): release.until + Self.removalPatience
        case .removing(_, let giveUpAt): giveUpAt
        case .starting, .running, .released, .stopped: nil
        }
    }

    /// Stops as the settings say.
    mutating func stop(at now: MonotonicInstant, into turn: inout Turn) {
        switch (settings.stopAction, phase) {
        case (.release, .running), (_, .draining), (_, .removing):
            release(deadline: nil, thenStop: true, at: now, into: &turn)
        case (_, .released):
            finish(goodbye: .released, at: now, into: &turn)
        case (.keep, .running), (_, .starting):
            // What is set stays, so that a restart or an upgrade changes no weight.
            finish(goodbye: .stopping, at: now, into: &turn)
        case (_, .stopped):
            break
        }
    }

    /// Takes a release as far as what is known allows.
    mutating func advanceRelease(at now: MonotonicInstant, into turn: inout Turn) {
        if case .draining(var release) = phase {
            if release.drainedAt == nil, !isAwaitingDirectors(release, at: now) {
                release.drainedAt = now
                phase = .draining(release)
                if !links.isEmpty { turn.outbound.append(.log(.drainAcknowledged)) }
            }
            let isEmpty = release.drainedAt.map { drained in
                connectionsCountedAt.map { $0 > drained } ?? false && (host.connections?.total ?? 0) == 0
            }
            guard isEmpty == true || now >= release.until else { return }
            enter(.removing(release, giveUpAt: now + Self.removalPatience), at: now)
            remove(at: now, into: &turn)
        } else if case .removing(let release, let giveUpAt) = phase {
            let left = loopback.filter(\.isOurs)
            if left.isEmpty, host.addresses != nil {
                restoreSysctls(into: &turn)
                complete(release, isComplete: true, at: now, into: &turn)
            } else if now >= giveUpAt {
                complete(release, isComplete: false, at: now, into: &turn)
            } else {
                remove(at: now, into: &turn)
            }
        }
    }

    /// Whether a director may still send the node new connections.
    ///
    /// One that has just restarted, or whose agent has, does so by its own probes until it has connected again.
    private func isAwaitingDirectors(_ release: AgentPhase.Release, at now: MonotonicInstant) -> Bool {
        settings.directors.map(\.fingerprint).contains { director in
            if links.contains(where: { $0.director == director }) { return !release.acknowledged.contains(director) }
            return now - (lostAt[director] ?? startedAt) < Self.reconnectPatience
        }
    }

    private mutating func remove(at now: MonotonicInstant, into turn: inout Turn) {
        let repairs = loopback.filter(\.isOurs).map {
            Repair(effect: .removeAddress($0), change: .addressRemoved($0.prefix.address, .released))
        }.filter { isDue($0, at: now) }
        guard !repairs.isEmpty || host.addresses == nil else { return }
        emit(repairs, into: &turn)
        turn.scope.formUnion(.regular)
    }

    /// Gives the sysctls back their own values, where they still have Tandem's.
    ///
    /// A virtual address on lo that somebody else put there stays, and has to stay silent.
    private mutating func restoreSysctls(into turn: inout Turn) {
        let stays = loopback.contains {
            $0.prefix.address.family == .ipv4 && demand.addresses.contains($0.prefix.address)
        }
        guard !stays else { return }
        let previous = saved.previous.sorted { $0.key < $1.key }
        for (key, value) in previous where host.sysctls?[key] == key.name.wanted && value != key.name.wanted {
            turn.kernel.append(.writeSysctl(key, value))
            turn.outbound.append(.log(.sysctlWritten(key, before: key.name.wanted, after: value)))
            statistics.sysctlsWritten += 1
        }
        saved.previous = [:]
        turn.savesLast = true
    }

    private mutating func complete(
        _ release: AgentPhase.Release,
        isComplete: Bool,
        at now: MonotonicInstant,
        into turn: inout Turn,
    ) {
        enter(.released, at: now)
        turn.outbound.append(.log(.releaseEnded(complete: isComplete)))
        turn.last.append(.releaseFinished(complete: isComplete))
        turn.scope.formUnion(.regular)
        if release.thenStop { finish(goodbye: .released, at: now, into: &turn) }
    }

    private mutating func finish(goodbye: Goodbye.Reason, at now: MonotonicInstant, into turn: inout Turn) {
        turn.outbound.append(.log(.stopping))
        for link in links { closeLink(link.connection, goodbye: goodbye, reason: "stopping", at: now, into: &turn) }
        enter(.stopped, at: now)
        turn.last.append(.finish)
    }
}
