import AgentProtocol
import Primitives

extension AgentCore {
    /// The addresses of `lo`, as last seen.
    var loopback: [ObservedAddress] { (host.addresses?.held ?? []).filter(\.isLoopback) }

    /// Whether an address stands on `lo` as a host prefix.
    func isBound(_ address: IPAddress) -> Bool { loopback.contains { $0.prefix == Prefix(host: address) } }

    /// Sets right what the last look showed to differ from what is demanded.
    mutating func reconcile(at now: MonotonicInstant, into turn: inout Turn) {
        countsConnections = false
        guard phase.holdsAddresses else { return }
        var repairs = (sysctlRepairs() + addressRepairs() + withdrawals(at: now)).filter { isDue($0, at: now) }
        if now - repairWindow.start >= Self.lookInterval { repairWindow = RepairWindow(start: now) }
        if repairWindow.count >= Self.repairLimit, !repairs.isEmpty {
            // Somebody undoes them as fast as they are made: the next window tries again, the facts say what is wrong.
            if !repairWindow.isTold { turn.outbound.append(.log(.repairsPaused)) }
            repairWindow.isTold = true
            repairs = []
        }
        repairWindow.count += repairs.count
        emit(repairs, into: &turn)
    }

    /// Whether a repair may be tried: what the kernel refused is tried again with the next regular look.
    func isDue(_ repair: Repair, at now: MonotonicInstant) -> Bool {
        guard let subject = FailureSubject(repair.effect), failures[subject] != nil else { return true }
        return now >= retryAt
    }

    /// Whether every interface keeps silent about addresses that are not its own, as far as was seen.
    var isSilent: Bool {
        guard let sysctls = host.sysctls else { return false }
        return sysctls.allSatisfy { key, value in
            key.name.isSilent(max(value, sysctls[SysctlKey(interface: "all", name: key.name)] ?? 0))
        }
    }

    /// How many repairs were made lately.
    struct RepairWindow {
        var start: MonotonicInstant
        var count = 0
        var isTold = false
    }

    /// A change of the kernel with what the journal shall say of it.
    struct Repair {
        var effect: AgentEffect
        var change: AgentChange
    }

    mutating func emit(_ repairs: [Repair], into turn: inout Turn) {
        guard !repairs.isEmpty else { return }
        for repair in repairs {
            turn.kernel.append(repair.effect)
            // What is tried again is told by the failure once, and by the facts when it succeeds.
            if FailureSubject(repair.effect).map({ failures[$0] == nil }) ?? true {
                turn.outbound.append(.log(repair.change))
            }
            switch repair.effect {
            case .addAddress: statistics.addressesAdded += 1
            case .removeAddress: statistics.addressesRemoved += 1
            case .writeSysctl(let key, _):
                statistics.sysctlsWritten += 1
                // What was there before this agent looked is the machine's own; what came later is a mistake.
                if saved.previous[key] == nil, let own = machineSysctls[key] {
                    saved.previous[key] = own
                    turn.saves = true
                }
            default: preconditionFailure("a repair changes the kernel")
            }
        }
        turn.scope.formUnion([.addresses, .sysctls])
    }

    private func sysctlRepairs() -> [Repair] {
        guard let sysctls = host.sysctls else { return [] }
        var repairs: [Repair] = []
        for name in SysctlKey.Name.allCases {
            let all = sysctls[SysctlKey(interface: "all", name: name)] ?? 0
            // The kernel goes by the larger of the two values, so `all` covers every interface that is not larger.
            let common = name.isSilent(all) ? all : name.wanted
            for (key, value) in sysctls.sorted(by: { $0.key < $1.key }) where key.name == name {
                let isWrong = key.interface == "all" ? all != common : !name.isSilent(max(value, common))
                guard isWrong else { continue }
                repairs.append(
                    Repair(
                        effect: .writeSysctl(key, name.wanted),
                        change: .sysctlWritten(key, before: value, after: name.wanted),
                    )
                )
            }
        }
        // `all` first: it silences most interfaces at once.
        return repairs.enumerated().sorted { left, right in
            let ranks = [left, right].map { element in
                if case .writeSysctl(let key, _) = element.element.effect { key.interface == "all" ? 0 : 1 } else { 2 }
            }
            return ranks[0] == ranks[1] ? left.offset < right.offset : ranks[0] < ranks[1]
        }.map(\.element)
    }

    private mutating func addressRepairs() -> [Repair] {
        guard let addresses = host.addresses, addresses.loopbackIsUp else { return [] }
        var repairs: [Repair] = []
        restoredRoutes = restoredRoutes.filter { isBound($0) && !addresses.delivered.contains($0) }
        for address in demand.addresses {
            let standing = loopback.filter { $0.prefix.address == address }
            if let exact = standing.first(where: { $0.prefix.isHost }) {
                // Without its local route the kernel would forward the address; adding it anew restores the route.
                if exact.isOurs, !addresses.delivered.contains(address), !restoredRoutes.contains(address) {
                    restoredRoutes.insert(address)
                    repairs.append(
                        Repair(effect: .removeAddress(exact), change: .addressRemoved(address, .undelivered))
                    )
                    repairs.append(Repair(effect: .addAddress(address), change: .addressAdded(address)))
                }
            } else if isSilent || address.family == .ipv6 {
                repairs.append(Repair(effect: .addAddress(address), change: .addressAdded(address)))
            }
            // A wider prefix makes the whole network local and cuts the node off, whoever added it.
            for wide in standing where !wide.prefix.isHost {
                repairs.append(Repair(effect: .removeAddress(wide), change: .addressRemoved(address, .wrongPrefix)))
            }
        }
        return repairs
    }

    /// Our addresses that nobody wants any more, once their connections have ended.
    private mutating func withdrawals(at now: MonotonicInstant) -> [Repair] {
        let candidates = loopback.filter { observed in
            observed.isOurs && demand.isWithdrawn(observed.prefix.address, settings: settings)
        }
        // A count from before the withdrawal says nothing about those who connected since, so only a fresh one counts.
        countsConnections = !candidates.isEmpty
        guard connectionsCountedAt == now, let connections = host.connections else { return [] }
        return candidates.filter { connections.all(of: $0.prefix.address) == 0 }.map { observed in
            let address = observed.prefix.address
            let isAllowed = settings.allowedAddresses.contains { $0.contains(address) }
            return Repair(
                effect: .removeAddress(observed),
                change: .addressRemoved(address, isAllowed ? .withdrawn : .disallowed),
            )
        }
    }

    /// Forgets the failures whose subject the last look shows to be right.
    mutating func forgetMendedFailures(_ observation: HostObservation) {
        let isWhole =
            observation.addresses != nil && observation.sysctls != nil && observation.listeners != nil
            && observation.routes != nil && (observation.connections != nil || !wantsConnections)
        let sysctls = host.sysctls ?? [:]
        failures = failures.filter { subject, _ in
            switch subject {
            case .address(let address):
                isBound(address) != (demand.addresses.contains(address) && phase.holdsAddresses)
            case .sysctl(let key):
                sysctls[key].map { !key.name.isSilent(max($0, sysctls[.init(interface: "all", name: key.name)] ?? 0)) }
                    ?? false
            case .stateFile: true
            case .observation: !isWhole
            }
        }
    }
}
