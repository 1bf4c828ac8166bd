package import AgentCore
package import AgentProtocol
internal import Glibc
internal import Linux
internal import Netlink
package import Primitives
internal import SystemPackage

/// The kernel as the agent's core sees and changes it.
package struct Host: ~Copyable {
    private let routes: RouteSocket
    private let diagnostics: SocketDiagnostics

    /// Opens the sockets by which the kernel is asked.
    package init() throws(HostError) {
        let routes = try HostError.wrapping { () throws(NetlinkError) in try RouteSocket() }
        let diagnostics = try HostError.wrapping { () throws(NetlinkError) in try SocketDiagnostics() }
        self.routes = routes
        self.diagnostics = diagnostics
    }

    /// Looks at the parts that were asked for; what could not be read is absent and told.
    package func observe(
        _ scope: ObservationScope,
        addresses: [IPAddress],
        directors: [IPAddress],
    ) -> (observation: HostObservation, problems: [String]) {
        var observation = HostObservation()
        var problems: [String] = []
        func part<Value>(_ wanted: ObservationScope, _ read: () throws(HostError) -> Value) -> Value? {
            guard !scope.isDisjoint(with: wanted) else { return nil }
            do throws(HostError) {
                return try read()
            } catch {
                problems.append(error.description)
                return nil
            }
        }
        observation.addresses = part(.addresses) { () throws(HostError) in try observedAddresses(addresses) }
        observation.sysctls = part(.sysctls) { () throws(HostError) in try sysctls() }
        observation.listeners = part(.listeners) { () throws(HostError) in try listeners() }
        observation.routes = part(.routes) { () throws(HostError) in try observedRoutes(directors) }
        observation.connections = part(.connections) { () throws(HostError) in try connections(addresses) }
        return (observation, problems)
    }

    /// Adds a virtual address: `ip address add ADDRESS/32 dev lo scope host label lo:tandem`.
    package func add(_ address: IPAddress) throws(HostError) {
        do {
            let marked = InterfaceAddress(
                interfaceIndex: try loopbackIndex(),
                prefix: Prefix(host: address),
                scope: InterfaceAddress.hostScope,
                label: address.family == .ipv4 ? OwnershipMark.label : nil,
                protocolTag: OwnershipMark.protocolTag,
            )
            try routes.add(marked, noDAD: true)
        } catch {
            throw HostError("\(error)")
        }
    }

    /// Removes exactly this address from `lo`: `ip address delete PREFIX dev lo`.
    package func remove(_ observed: ObservedAddress) throws(HostError) {
        do {
            // The dump gives the label that guards against removing a namesake of somebody else.
            let found = try routes.addresses(interfaceIndex: try loopbackIndex()).first {
                $0.prefix == observed.prefix && $0.isMarked == observed.isOurs
            }
            if let found { try routes.remove(found) }
        } catch {
            throw HostError("\(error)")
        }
    }

    /// Writes an ARP setting.
    package func write(_ key: SysctlKey, _ value: Int) throws(HostError) {
        do {
            try Sysctl.write(key.path, String(value))
        } catch {
            throw HostError("write \(key.path): \(error)")
        }
    }

    private func loopbackIndex() throws(NetlinkError) -> Int32 {
        try routes.links().first(where: \.isLoopback)?.index ?? 1
    }

    private func observedAddresses(_ virtual: [IPAddress]) throws(HostError) -> HostObservation.Addresses {
        do {
            let links = try routes.links()
            let held = try routes.addresses().compactMap { address -> ObservedAddress? in
                let link = links.first { $0.index == address.interfaceIndex }
                let isLoopback = link?.isLoopback ?? false
                // On any other interface an address matters for being answered for.
                guard isLoopback || Self.isAnswered(address) else { return nil }
                return ObservedAddress(
                    interface: link?.name ?? "interface \(address.interfaceIndex)",
                    isLoopback: isLoopback,
                    prefix: address.prefix,
                    isOurs: address.isMarked,
                )
            }
            var delivered: [IPAddress] = []
            for address in virtual where try isDelivered(address) { delivered.append(address) }
            let isUp = links.first(where: \.isLoopback)?.isUp ?? false
            return HostObservation.Addresses(held: held, delivered: delivered, loopbackIsUp: isUp)
        } catch {
            throw HostError("\(error)")
        }
    }

    /// Whether the kernel answers for an address of its own: not for one that it does not know yet to be nobody else's,
    /// or knows to be, save an optimistic one (net/ipv6/ndisc.c, `ndisc_recv_ns`).
    private static func isAnswered(_ address: InterfaceAddress) -> Bool {
        // `IFA_F_OPTIMISTIC` (linux/if_addr.h).
        let optimisticFlag: UInt32 = 0x04
        let doubt = InterfaceAddress.tentativeFlag | InterfaceAddress.dadFailedFlag
        return address.flags & doubt == 0 || address.flags & optimisticFlag != 0
    }

    private func isDelivered(_ address: IPAddress) throws(NetlinkError) -> Bool {
        do throws(NetlinkError) {
            return try routes.route(to: address).isLocal
        } catch {
            guard Self.meansNoRoute(error.code) else { throw error }
            return false
        }
    }

    /// Whether the kernel says that there is no route, rather than that it could not say: only the former is a finding,
    /// for which the address is taken off and added anew.
    static func meansNoRoute(_ code: Errno) -> Bool {
        switch code {
        case .networkUnreachable, .noRouteToHost, .invalidArgument, .permissionDenied: true
        // A kernel without the address family.
        case .notSupported, .addressFamilyNotSupported: true
        default: false
        }
    }

    private func sysctls() throws(HostError) -> [SysctlKey: Int] {
        do {
            var values: [SysctlKey: Int] = [:]
            for interface in try Sysctl.interfaces() where interface != "default" && interface != "lo" {
                for name in SysctlKey.Name.allCases {
                    let key = SysctlKey(interface: interface, name: name)
                    do {
                        values[key] = Int(try Sysctl.read(key.path))
                    } catch Errno.noSuchFileOrDirectory {
                        continue  // The interface went away meanwhile.
                    }
                }
            }
            return values
        } catch {
            throw HostError("read net/ipv4/conf: \(error)")
        }
    }

    private func listeners() throws(HostError) -> [Endpoint] {
        do {
            return try diagnostics.listeners().flatMap { listener -> [Endpoint] in
                let isDual = listener.endpoint.address == .v6(IPv6Address(high: 0, low: 0)) && !listener.isIPv6Only
                let wildcard = Endpoint(address: .v4(IPv4Address(rawValue: 0)), port: listener.endpoint.port)
                return isDual ? [listener.endpoint, wildcard] : [listener.endpoint]
            }
        } catch {
            throw HostError("\(error)")
        }
    }

    private func observedRoutes(_ directors: [IPAddress]) throws(HostError) -> [HostObservation.Route] {
        do {
            let links = try routes.links()
            func name(_ index: Int32?) -> String { links.first { $0.index == index }?.name ?? "?" }
            var found: [HostObservation.Route] = []
            for director in directors {
                guard let route = try? routes.route(to: director) else { continue }
                found.append(
                    .init(destination: director, gateway: route.gateway, interface: name(route.outputInterface))
                )
            }
            for family in AddressFamily.allCases {
                for route in try routes.routes(family: family) where route.destination.length == 0 && route.type == 1 {
                    found += route.nextHops.map {
                        .init(destination: nil, gateway: $0.gateway, interface: name($0.interfaceIndex))
                    }
                }
            }
            return found
        } catch {
            throw HostError("\(error)")
        }
    }

    private func connections(_ addresses: [IPAddress]) throws(HostError) -> ConnectionCounts {
        do {
            var counts = ConnectionCounts()
            for address in addresses {
                let found = try diagnostics.connectionCounts(localAddress: address)
                counts.add(address, all: found.all, clients: found.clients)
            }
            return counts
        } catch {
            throw HostError("\(error)")
        }
    }

    /// Whether a connection of the agent's own waits to be accepted; where that cannot be found out it does not.
    func isWaiting(_ connection: AcceptWatch.Connection) -> Bool {
        let service = connection.service.endpoint
        // A local address is reached from itself.
        let own = Endpoint(address: service.address, port: connection.port)
        return (try? diagnostics.isWaitingForAccept(local: service, remote: own)) ?? false
    }

    /// The boot that the machine is in.
    package static func bootIdentifier() throws(HostError) -> BootIdentifier {
        do {
            let text = try Sysctl.read("kernel/random/boot_id")
            guard let identifier = BootIdentifier(text) else { throw HostError("boot_id is \(text)") }
            return identifier
        } catch let error as HostError {
            throw error
        } catch {
            throw HostError("read kernel/random/boot_id: \(error)")
        }
    }

    /// How many processors run.
    package static var processors: Int { max(1, sysconf(Int32(_SC_NPROCESSORS_ONLN))) }

    /// The machine's name.
    package static func name() -> String {
        (try? Sysctl.read("kernel/hostname")) ?? "unknown"
    }
}
