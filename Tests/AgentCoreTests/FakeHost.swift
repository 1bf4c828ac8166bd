import AgentCore
import AgentProtocol
import Primitives

/// A kernel and a disk that do what effects say; they survive the agent's death, as the real ones do.
struct FakeHost {
    var held: [ObservedAddress] = []
    var sysctls: [SysctlKey: Int] = [:]
    var listeners: [Endpoint] = []
    /// Clients' connections of each address, all to port 80.
    var connections: [IPAddress: Int] = [:]
    /// How many of the node's own each address has.
    var ownConnections = 0
    var routes: [HostObservation.Route] = []
    var file: String?
    var undelivered: Set<IPAddress> = []
    var refusesAddresses = false
    var refusesSysctls = false
    var refusesRemovals = false
    /// How runs end that are not as the listeners say.
    var answers: [LocalCheck.Kind: LocalRunOutcome] = [:]
    /// What gauges show.
    var gauges: [LoadGauge: LocalRunOutcome] = [:]
    /// Addresses for which adding them anew does not help.
    var isStubborn = false

    init() {
        for interface in ["all", "eth0", "eth1"] {
            sysctls[SysctlKey(interface: interface, name: .arpIgnore)] = 0
            sysctls[SysctlKey(interface: interface, name: .arpAnnounce)] = 0
        }
        held = [
            ObservedAddress(interface: "lo", isLoopback: true, prefix: Self.prefix("127.0.0.1/8"), isOurs: false),
            ObservedAddress(interface: "eth0", isLoopback: false, prefix: Self.prefix("192.0.2.21/24"), isOurs: false),
            ObservedAddress(interface: "lo", isLoopback: true, prefix: Self.prefix("203.0.113.9/32"), isOurs: false),
        ]
    }

    static func prefix(_ text: String) -> Prefix {
        guard let prefix = Prefix(text) else { preconditionFailure(text) }
        return prefix
    }

    /// What stands on `lo` with Tandem's mark.
    var ours: [Prefix] { held.filter(\.isOurs).map(\.prefix).sorted() }

    func value(_ interface: String, _ name: SysctlKey.Name) -> Int? {
        sysctls[SysctlKey(interface: interface, name: name)]
    }

    mutating func hold(_ text: String, on interface: String = "lo", isOurs: Bool = false) {
        held.append(
            ObservedAddress(
                interface: interface,
                isLoopback: interface == "lo",
                prefix: Self.prefix(text),
                isOurs: isOurs,
            )
        )
    }

    mutating func drop(_ text: String) { held.removeAll { $0.prefix == Self.prefix(text) } }

    func observe(_ scope: ObservationScope, _ addresses: [IPAddress], _ directors: [IPAddress]) -> HostObservation {
        var observation = HostObservation()
        if scope.contains(.addresses) {
            let local = held.map(\.prefix.address).filter { !undelivered.contains($0) }
            observation.addresses = .init(held: held, delivered: addresses.filter { local.contains($0) })
        }
        if scope.contains(.sysctls) { observation.sysctls = sysctls }
        if scope.contains(.listeners) { observation.listeners = listeners }
        if scope.contains(.routes) {
            observation.routes =
                routes.filter { $0.destination == nil }
                + directors.map { director in
                    routes.first { $0.destination == director }
                        ?? .init(destination: director, gateway: nil, interface: "eth0")
                }
        }
        if scope.contains(.connections) {
            var counts = ConnectionCounts()
            for address in addresses {
                let count = connections[address] ?? 0
                counts.add(address, all: count + ownConnections, clients: [80: count])
            }
            observation.connections = counts
        }
        return observation
    }

    /// Does an effect; gives what the agent hears of it.
    mutating func perform(_ effect: AgentEffect) -> [AgentEvent] {
        switch effect {
        case .save(let state):
            file = state.text
            return [.saved]
        case .writeSysctl(let key, let value):
            guard !refusesSysctls else { return [.effectFailed(effect, reason: "read-only file system")] }
            sysctls[key] = value
        case .addAddress(let address):
            guard !refusesAddresses else { return [.effectFailed(effect, reason: "operation not permitted")] }
            if !isStubborn { undelivered.remove(address) }
            let prefix = Prefix(host: address)
            if !held.contains(where: { $0.isLoopback && $0.prefix == prefix }) { hold("\(prefix)", isOurs: true) }
        case .removeAddress(let observed):
            guard !refusesRemovals else { return [.effectFailed(effect, reason: "operation not permitted")] }
            held.removeAll { $0 == observed }
        case .listen:
            return [.listening]
        case .observe(let scope, let addresses, let directors):
            return [.observed(observe(scope, addresses, directors))]
        case .run(let run):
            switch run {
            case .check(let check, let service):
                let isOpen = listeners.contains(service.endpoint)
                return [.ran(run, answers[check.kind] ?? (isOpen ? .connected : .failed("connection refused")))]
            case .gauge(let gauge, _):
                return [.ran(run, gauges[gauge] ?? .notRun("no such gauge"))]
            }
        case .send, .close, .admit, .ready, .log, .releaseFinished, .unitDrained, .finish:
            break
        }
        return []
    }
}
