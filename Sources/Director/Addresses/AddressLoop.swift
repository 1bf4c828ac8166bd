internal import DirectorCore
internal import Linux
internal import Netlink
internal import Primitives
internal import Synchronization
internal import SystemPackage

/// The addresses thread's loop: whatever happens, it compares the kernel with the demand and mends the difference.
struct AddressLoop: ~Copyable {
    /// How often the kernel is looked at even if nothing was announced.
    private static let resync: Interval = .seconds(5)
    /// How often that is where there are virtual MACs: nothing announces that a sysctl of theirs has changed.
    private static let virtualResync: Interval = .seconds(1)
    /// How soon a refused change is tried again.
    private static let retry: Interval = .seconds(1)
    /// How long the loop waits at most, so that its turns can be watched.
    private static let longestWait: Interval = .milliseconds(500)

    private static let demandsToken: UInt64 = 1
    private static let monitorToken: UInt64 = 2

    private let thread: AddressThread
    private let socket: RouteSocket
    private let monitor: RouteMonitor
    private var reactor: Reactor
    private var demand: AddressDemand?
    private var applied: AddressDemand?
    private var reported: AddressReport?
    /// What the last look found, while nothing has been announced since.
    private var picture: KernelAddresses?
    private var repairs: UInt64 = 0
    private var nextLook: MonotonicInstant?
    private var pacing = LookPacing()

    private init(_ thread: AddressThread) throws(NetlinkError) {
        // Subscribed before the first dump, so that no change falls between the two.
        let openedMonitor = try RouteMonitor()
        let openedSocket = try RouteSocket()
        let openedReactor = try Self.open(thread.demands.descriptor, openedMonitor.raw)
        self.thread = thread
        monitor = openedMonitor
        socket = openedSocket
        reactor = openedReactor
    }

    private static func open(_ demands: Int32, _ monitor: Int32) throws(NetlinkError) -> Reactor {
        do throws(Errno) {
            var reactor = try Reactor()
            try reactor.add(demands, token: demandsToken, interest: .read)
            try reactor.add(monitor, token: monitorToken, interest: .read)
            return reactor
        } catch {
            throw NetlinkError(operation: "watch rtnetlink", code: error)
        }
    }

    /// The body of the thread.
    static func run(_ thread: AddressThread) {
        do throws(NetlinkError) {
            var loop = try AddressLoop(thread)
            while !thread.isStopped.load(ordering: .relaxed) {
                try loop.turn()
                thread.turns.add(1, ordering: .relaxed)
            }
        } catch {
            thread.trouble.withLock { $0 = AddressTrouble(error: error, count: 1) }
        }
    }

    private mutating func turn() throws(NetlinkError) {
        let ready: [Readiness]
        let idle = Clock.now + Self.longestWait
        do throws(Errno) {
            ready = try reactor.wait(until: nextLook.map { min($0, idle) } ?? idle)
        } catch {
            throw NetlinkError(operation: "wait for rtnetlink", code: error)
        }
        if let newest = thread.demands.drain().last {
            demand = newest
            nextLook = Clock.now
        }
        if ready.contains(where: { $0.token == Self.monitorToken }) { readAnnouncements() }
        guard let demand = demand.map(\.possible), let due = nextLook, due <= Clock.now else { return }
        if demand.generation != applied?.generation { anticipate(demand) }
        do throws(NetlinkError) {
            let isClean = try converge(on: demand)
            let resync = demand.entries.contains { $0.virtualMAC != nil } ? Self.virtualResync : Self.resync
            nextLook = Clock.now + (isClean ? resync : Self.retry)
            thread.trouble.withLock { $0 = nil }
        } catch {
            note(error)
            nextLook = Clock.now + Self.retry
        }
    }

    /// What was announced only says that it is time to look; a lost announcement says the same.
    private mutating func readAnnouncements() {
        do throws(NetlinkError) {
            if try !monitor.read().isEmpty { lookSoon() }
        } catch {
            lookSoon()
            note(error)
        }
    }

    private mutating func lookSoon() {
        picture = nil
        let soon = pacing.look(afterAnnouncementAt: Clock.now)
        nextLook = nextLook.map { min($0, soon) } ?? soon
    }

    private func note(_ error: NetlinkError) {
        thread.trouble.withLock { $0 = AddressTrouble(error: error, count: ($0?.count ?? 0) + 1) }
    }

    /// Adds what a new demand adds by what the last look found, if nothing was announced since then.
    ///
    /// A takeover waits for this, and a look takes longer than the addition. The look comes afterwards, and mends and tells
    /// what was missed or refused here.
    private mutating func anticipate(_ demand: AddressDemand) {
        // What was announced since this thread woke up counts too.
        readAnnouncements()
        guard var kernel = picture.take() else { return }
        let steps = AddressPlan.steps(
            demand: demand,
            before: applied,
            found: kernel.found,
            interfaces: kernel.interfaces
        )
        guard !steps.isEmpty, steps.allSatisfy(\.isAddition) else { return }
        do throws(NetlinkError) {
            for step in steps { try perform(step, &kernel) }
        } catch {
            return
        }
        report(kernel.report(for: demand, failures: [], repairs: repairs))
    }

    private mutating func report(_ report: AddressReport) {
        guard report != reported else { return }
        reported = report
        thread.report(report)
    }

    /// Dump, mend, dump again, report; true if nothing was refused.
    ///
    /// Addresses that the kernel acknowledged are reported before anything else is read, because the first announcement
    /// waits for them; their own announcement makes the loop look again.
    private mutating func converge(on demand: AddressDemand) throws(NetlinkError) -> Bool {
        picture = nil
        let begin = Clock.now
        defer { pacing.looked(from: begin, to: Clock.now) }
        var kernel = try KernelAddresses(socket)
        let steps = AddressPlan.steps(
            demand: demand,
            before: applied,
            found: kernel.found,
            interfaces: kernel.interfaces
        )
        var failures: [AddressReport.Failure] = []
        var missing: Set<String> = []
        for step in steps {
            // An interface that could not be made is the one thing to tell of: its addresses have nowhere to go.
            if case .add(let entry) = step, missing.contains(entry.interface) { continue }
            do throws(NetlinkError) {
                try perform(step, &kernel)
            } catch {
                if case .addInterface(let interface, _) = step { missing.insert(interface.name) }
                if let entry = step.entry { failures.append(.init(entry: entry, code: error.code.rawValue)) }
            }
        }
        // A difference under a demand that was applied before is somebody else's work.
        if applied?.generation == demand.generation, failures.isEmpty { repairs += UInt64(steps.count) }
        let isAcknowledged = failures.isEmpty && steps.allSatisfy(\.isAddition)
        if !isAcknowledged { kernel = try KernelAddresses(socket) }
        if failures.isEmpty { applied = demand }
        report(kernel.report(for: demand, failures: failures, repairs: repairs))
        picture = kernel
        for interface in kernel.raised(for: demand) { repairs += UInt64(try VirtualInterfaces.mend(interface)) }
        return failures.isEmpty
    }

    private func perform(_ step: AddressPlan.Step, _ kernel: inout KernelAddresses) throws(NetlinkError) {
        switch step {
        case .add(let entry):
            guard let index = kernel.index(of: entry.interface) else {
                throw NetlinkError(
                    operation: "add address",
                    code: .noSuchAddressOrDevice,
                    subject: "\(entry.prefix)"
                )
            }
            let address = InterfaceAddress(
                interfaceIndex: index,
                prefix: entry.prefix,
                protocolTag: OwnershipMark.protocolTag
            )
            // A takeover neither waits for duplicate address detection nor fails by it.
            try socket.add(address, noDAD: true)
            kernel.note(added: address)
        case .linger(let prefix, _):
            guard let index = kernel.loopback else { return }
            let address = InterfaceAddress(
                interfaceIndex: index,
                prefix: prefix,
                scope: InterfaceAddress.hostScope,
                label: LingeringMark.label,
                protocolTag: LingeringMark.protocolTag
            )
            try socket.add(address, noDAD: true)
        case .remove(let found, _):
            guard let address = kernel.entry(of: found) else { return }
            try socket.remove(address)
        case .addInterface(let interface, _):
            let index = try VirtualInterfaces.raise(interface, socket, among: kernel.interfaces)
            kernel.note(raised: interface, index: index)
        case .removeInterface(let found, _):
            try socket.removeLink(interfaceIndex: found.index)
        }
    }
}

extension AddressDemand {
    /// The demand without lingering where the kernel would answer ARP for an address on another interface.
    fileprivate var possible: AddressDemand {
        var possible = self
        for index in possible.entries.indices where possible.entries[index].disposition == .lingering {
            if !possible.entries[index].isSilentElsewhere { possible.entries[index].disposition = .absent }
        }
        return possible
    }
}

extension AddressDemand.Entry {
    /// Whether the kernel stays silent on the interface about an address that is on the loopback interface alone: IPv6
    /// always does, IPv4 where arp_ignore is not 0 (the greater of the interface's value and that of all counts).
    fileprivate var isSilentElsewhere: Bool {
        guard prefix.address.family == .ipv4 else { return true }
        return ["all", interface].contains { scope in
            do throws(Errno) {
                return (Int(try Sysctl.read("net/ipv4/conf/\(scope)/arp_ignore")) ?? 0) > 0
            } catch {
                return false
            }
        }
    }
}

extension AddressPlan.Step {
    /// The entry for whose sake the step is taken.
    var entry: AddressDemand.Entry? {
        switch self {
        case .add(let entry), .linger(_, let entry), .remove(_, let entry), .addInterface(_, let entry): entry
        case .removeInterface(_, let entry): entry
        }
    }

    /// Whether the step only adds, so that the kernel's acknowledgement says all.
    var isAddition: Bool {
        switch self {
        case .add, .addInterface: true
        case .linger, .remove, .removeInterface: false
        }
    }
}
