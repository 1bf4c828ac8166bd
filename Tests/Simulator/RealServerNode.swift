import AgentCore
import AgentProtocol
import Health
import Primitives
import VRRP

/// A web node: its kernel, its web server, and its agent while there is one.
final class RealServerNode {
    /// How a SYN is answered; nothing is silence.
    enum Answer {
        case accepts
        case refuses
    }

    /// What the web server does.
    enum WebServer {
        case serves
        /// Its accept queue is full.
        case hangs
        case isDead
    }

    /// Its number on the LAN.
    let index: Int
    let clock: NodeClock
    let settings: AgentSettings
    /// Whether an agent is installed.
    let hasAgent: Bool
    private unowned let world: Simulation

    var kernel = MachineKernel()
    var web = WebServer.serves
    /// Whether packets for the virtual addresses are lost on their way here, which nobody on the node can see.
    var pathIsDead = false
    /// Whether the directors lack what they need to probe it.
    var isUnprobed = false
    var sysctls: [SysctlKey: Int] = RealServerNode.factorySysctls
    private(set) var loopback: [ObservedAddress] = []
    var saved: SavedState?
    private(set) var boot: BootIdentifier
    private(set) var agent: AgentProcess?
    private var retired: [AgentProcess] = []
    /// Since when the node answers ARP for a virtual address on lo although an agent runs.
    var answersWronglySince: MonotonicInstant?

    private static let factorySysctls: [SysctlKey: Int] = {
        var values: [SysctlKey: Int] = [:]
        for interface in ["all", Lan.interface] {
            for name in SysctlKey.Name.allCases { values[SysctlKey(interface: interface, name: name)] = 0 }
        }
        return values
    }()

    init(index: Int, clock: NodeClock, settings: AgentSettings, hasAgent: Bool, world: Simulation) {
        self.index = index
        self.clock = clock
        self.settings = settings
        self.hasAgent = hasAgent
        self.world = world
        boot = BootIdentifier(high: UInt64(index), low: 1)
        if !hasAgent { setUpByHand() }
    }

    var name: String { Lan.name(index) }
    var address: IPAddress { .v4(Lan.address(index)) }

    /// What an operator does who installs no agent.
    private func setUpByHand() {
        for name in SysctlKey.Name.allCases { sysctls[SysctlKey(interface: "all", name: name)] = name.wanted }
        loopback = world.serviceAddresses.map {
            ObservedAddress(interface: "lo", isLoopback: true, prefix: Prefix(host: $0), isOurs: false)
        }
    }

    /// Whether packets of its own reach the LAN: a network prefix on lo makes all of the LAN local.
    var isOnLan: Bool { kernel.isReachable && loopback.allSatisfy(\.prefix.isHost) }

    // MARK: Its life.

    func start() {
        guard hasAgent, agent == nil, kernel.isPowered else { return }
        world.note(name, "agent starts")
        let process = AgentProcess(node: self, world: world)
        agent = process
        process.start()
    }

    func killAgent() {
        guard let agent else { return }
        world.note(name, "agent is killed")
        agent.end()
        agentExited()
    }

    func agentExited() {
        if let agent { retired.append(agent) }
        agent = nil
    }

    func powerOff() {
        if let agent {
            agent.vanish()
            agentExited()
        }
        kernel.isPowered = false
        web = .isDead
        loopback = []
        sysctls = Self.factorySysctls
    }

    func powerOn() {
        guard !kernel.isPowered else { return }
        kernel.isPowered = true
        boot = BootIdentifier(high: boot.high, low: boot.low + 1)
        web = .serves
        if !hasAgent { setUpByHand() }
        start()
    }

    /// The web server changes, and whoever watches the listeners sees it.
    func turn(_ state: WebServer) {
        guard kernel.isPowered else { return }
        web = state
        changed(.listeners)
    }

    // MARK: Its kernel.

    func add(_ prefix: Prefix, isOurs: Bool) {
        guard !loopback.contains(where: { $0.prefix == prefix }) else { return }
        loopback.append(ObservedAddress(interface: "lo", isLoopback: true, prefix: prefix, isOurs: isOurs))
        changed(.addresses)
    }

    func remove(_ observed: ObservedAddress) {
        loopback.removeAll { $0.prefix == observed.prefix }
        changed(.addresses)
    }

    /// What netlink and socket monitors notice.
    func changed(_ scope: ObservationScope) {
        guard let agent else { return }
        world.mail(to: agent.loop, after: world.mailboxDelay()) { agent.handle(.hostChanged(scope)) }
    }

    /// Whether an agent is there to set an address right: one that gave its addresses up, or that no director has
    /// told of the address, leaves alone what others do.
    func isResponsible(for address: IPAddress) -> Bool {
        guard hasAgent, agent?.isReleased != true else { return false }
        return saved?.desires.contains { $0.state.addresses.contains(address) } ?? false
    }

    func holds(_ address: IPAddress) -> Bool { loopback.contains { $0.prefix.address == address } }

    /// Whether the kernel answers ARP for addresses on lo.
    var answersARP: Bool {
        let values = ["all", Lan.interface].map { sysctls[SysctlKey(interface: $0, name: .arpIgnore)] ?? 0 }
        return !SysctlKey.Name.arpIgnore.isSilent(values.max() ?? 0)
    }

    func observe(_ scope: ObservationScope, _ addresses: [IPAddress], _ directors: [IPAddress]) -> HostObservation {
        var seen = HostObservation()
        if scope.contains(.addresses) {
            let own = ObservedAddress(
                interface: Lan.interface,
                isLoopback: false,
                prefix: Prefix(host: address),
                isOurs: false
            )
            seen.addresses = .init(held: loopback + [own], delivered: addresses.filter(holds))
        }
        if scope.contains(.sysctls) { seen.sysctls = sysctls }
        if scope.contains(.listeners) {
            let any = IPAddress.v4(IPv4Address(0, 0, 0, 0))
            seen.listeners = web == .isDead ? [] : world.servicePorts.map { Endpoint(address: any, port: $0) }
        }
        if scope.contains(.routes) {
            let gateway = IPAddress.v4(IPv4Address(192, 0, 2, 1))
            seen.routes =
                directors.map { .init(destination: $0, gateway: nil, interface: Lan.interface) }
                + [.init(destination: nil, gateway: gateway, interface: Lan.interface)]
        }
        if scope.contains(.connections) {
            var counts = ConnectionCounts()
            for address in addresses { counts.add(address, all: 0, clients: [:]) }
            seen.connections = counts
        }
        return seen
    }

    func localProbe(_ service: ServiceIdentity) -> LocalRunOutcome {
        guard holds(service.endpoint.address) else { return .failed("no such address") }
        return switch web {
        case .serves: .connected
        case .hangs: .timedOut
        case .isDead: .failed("connection refused")
        }
    }

    /// How it answers a director's probe.
    func answer(_ check: ProbeCheck) -> Answer? {
        guard isOnLan else { return nil }
        if case .directPath(let virtual, _) = check, pathIsDead || !holds(virtual.address) { return nil }
        return switch web {
        case .serves: .accepts
        case .hangs: nil
        case .isDead: .refuses
        }
    }

    /// Whether new connections to a virtual address would be served here.
    func serves(_ address: IPAddress) -> Bool {
        isOnLan && web == .serves && holds(address) && !pathIsDead
    }

    /// A frame arrives: an ARP request may be answered for an address on lo.
    func receive(_ frame: Frame) {
        guard kernel.isReachable, answersARP, case .ethernet(let bytes) = frame,
            let ethernet = EthernetFrame(decoding: bytes), ethernet.etherType == EthernetFrame.arp,
            let request = ARPPacket(decoding: ethernet.payload), request.operation == .request,
            request.senderAddress != request.targetAddress, holds(.v4(request.targetAddress)),
            let asker = world.node(at: request.senderMAC)
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
