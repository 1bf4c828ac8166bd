import Balancing
import DirectorCore
import Primitives
import VRRP

/// A director's machine: its kernel, and its process while there is one.
final class DirectorNode {
    /// Its number on the LAN, 0 or 1.
    let index: Int
    /// Its clock.
    let clock: NodeClock
    /// What survives the process.
    var kernel = MachineKernel() { didSet { if kernel != oldValue { world.ownership.look() } } }
    /// The configuration file's part for the election.
    var election: ElectionSettings
    /// The configuration file's part for the rest.
    var cluster: ClusterSettings
    /// What the file says that both directors must agree on, as a number.
    var fileDigest: UInt64 = 1
    /// The routers that the process was Active for before a planned restart, and until when that counts.
    var resumes: [String: MonotonicInstant] = [:]
    /// The IPVS table.
    var table = VirtualServerTable()
    private var restartsAfter = Interval.zero
    /// How often the machine booted.
    private(set) var boots: UInt64 = 1
    /// When somebody last changed the table by hand.
    private(set) var meddledAt: MonotonicInstant?
    /// When the kernel last failed to do what was asked of its table.
    var failedAt = MonotonicInstant(nanoseconds: 0)
    /// Whether a packet filter drops VRRP behind the packet socket.
    var filtersVRRP = false
    /// The process.
    private(set) var process: DirectorProcess?

    unowned let world: Simulation
    /// Processes that ended; what is still on its way to them finds nobody.
    private var retired: [DirectorProcess] = []

    init(index: Int, clock: NodeClock, election: ElectionSettings, cluster: ClusterSettings, world: Simulation) {
        self.index = index
        self.clock = clock
        self.election = election
        self.cluster = cluster
        self.world = world
        addForeignService()
    }

    /// The name in traces.
    var name: String { "d\(index + 1)" }

    /// Starts the process unless it runs.
    func start() {
        guard process == nil, kernel.isPowered else { return }
        world.note(name, "starts")
        world.electionChecker.processStarted(self)
        let process = DirectorProcess(node: self, world: world)
        self.process = process
        process.start()
    }

    /// The process is gone, its kernel stays.
    func kill(isSilent: Bool = false) {
        guard let process else { return }
        world.note(name, "is killed")
        // Nobody restarts what somebody else has ended.
        restartsAfter = .zero
        process.end(isSilent: isSilent)
        retired.append(process)
        self.process = nil
        world.electionChecker.processEnded(self)
    }

    /// The process ended by itself.
    func exited() {
        world.note(name, "exits")
        if let process { retired.append(process) }
        process = nil
        world.electionChecker.processEnded(self)
        if restartsAfter > .zero { world.after(restartsAfter) { [self] in start() } }
        restartsAfter = .zero
    }

    /// `systemctl stop`, and some time after the process ended `systemctl start`.
    func stop(startAfter delay: Interval) {
        guard let process, !process.isStopping else { return }
        restartsAfter = delay
        process.requestStop()
    }

    /// `systemctl restart`: the process is back a moment after it ended.
    func restart(after delay: Interval) {
        guard let process, !process.isStopping else { return }
        restartsAfter = delay
        process.requestRestart()
    }

    /// The machine loses its power and all its kernel knew.
    func powerOff() {
        kill(isSilent: true)
        kernel.isPowered = false
        kernel.addresses = []
        resumes = [:]
        table = VirtualServerTable()
    }

    /// The machine boots; the unit starts its process.
    func powerOn() {
        guard !kernel.isPowered else { return }
        kernel.isPowered = true
        boots += 1
        addForeignService()
        start()
    }

    /// What the unit's ExecStopPost does when the process will not come back at once.
    func releaseAddresses() {
        guard process == nil else { return }
        world.note(name, "releases its addresses")
        kernel.addresses.removeAll { $0.isMarked }
    }

    /// Something in the kernel changed that a netlink monitor sees.
    func kernelChanged() {
        process?.addresses.kernelChanged()
    }

    private func addForeignService() {
        let destination = ObservedDestination(endpoint: Simulation.foreign.identity.endpoint, weight: 7)
        table.services.append(.init(service: Simulation.foreign, destinations: [.init(destination: destination)]))
    }

    /// Somebody uses ipvsadm.
    func meddle(_ what: Int, _ service: ServiceIdentity) {
        guard kernel.isPowered else { return }
        meddledAt = world.now
        guard let index = table.services.firstIndex(where: { $0.service.identity == service }) else { return }
        switch what {
        case 0: table.services.remove(at: index)
        case 1: if !table.services[index].destinations.isEmpty { table.services[index].destinations.removeFirst() }
        case 2:
            for found in table.services[index].destinations.indices {
                table.services[index].destinations[found].destination.weight = 9
            }
        default: table.services[index].service.schedulerName = "lc"
        }
    }

    /// Whether the look that repairs what somebody did may not have come yet.
    var hasFreshlyMeddledTable: Bool {
        meddledAt.map { world.now - $0 < .milliseconds(1500) } ?? false
    }

    /// A frame arrives.
    func receive(_ frame: Frame) {
        guard kernel.isReachable else { return }
        switch frame {
        case .vrrp(let payload, let source, let destination, let timeToLive):
            guard let process else { return }
            for path in [ReceivedPacket.Path.packetSocket, .rawSocket] where path == .packetSocket || !filtersVRRP {
                let packet = ReceivedPacket(
                    interface: Lan.interface,
                    payload: payload,
                    source: source,
                    destination: destination,
                    timeToLive: timeToLive,
                    receivedAt: clock.local(world.now),
                    path: path
                )
                process.electionLoop.run(isPacket: true) { process.handle(.packetReceived(packet)) }
            }
        case .ethernet(let bytes):
            guard let ethernet = EthernetFrame(decoding: bytes) else { return }
            if let advertisement = NeighbourAdvertisement(decoding: bytes), let process {
                let event = ElectionEvent.neighbourAdvertised(interface: Lan.interface, advertisement)
                process.electionLoop.run(isPacket: true) { process.handle(event) }
            }
            guard ethernet.etherType == EthernetFrame.arp, let packet = ARPPacket(decoding: ethernet.payload) else {
                return
            }
            answer(packet)
            guard let process else { return }
            process.electionLoop.run(isPacket: true) { process.handle(.arpReceived(interface: Lan.interface, packet)) }
        }
    }

    private func answer(_ request: ARPPacket) {
        guard request.operation == .request, request.senderAddress != request.targetAddress,
            kernel.holds(.v4(request.targetAddress)), let asker = world.node(at: request.senderMAC)
        else { return }
        let reply = ARPPacket(
            operation: .reply,
            senderMAC: Lan.mac(index),
            senderAddress: request.targetAddress,
            targetMAC: request.senderMAC,
            targetAddress: request.senderAddress
        )
        world.send(.ethernet(reply.frame(to: request.senderMAC)), from: index, to: [asker])
    }
}
