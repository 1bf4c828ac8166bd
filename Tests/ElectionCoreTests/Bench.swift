import DirectorCore
import Primitives
import VRRP

/// One election on a bench: the clock, the interface and the kernel's addresses are the test's.
final class Bench {
    static let start = MonotonicInstant(nanoseconds: 1_000_000_000_000)
    static let mac = MACAddress(rawValue: 0x0200_5e10_0002)
    static let peerMAC = MACAddress(rawValue: 0x0200_5e10_0003)
    static let own = IPv4Address(192, 0, 2, 2)
    static let peer = IPAddress.v4(IPv4Address(192, 0, 2, 3))
    static let group = ProtocolVersion.group(.ipv4)

    var core = ElectionCore()
    var now = Bench.start
    var demand: AddressDemand?
    var report: ElectionReport?
    var held: [AddressReport.HeldAddress] = []
    var interface: AddressReport.Interface? = AddressReport.Interface(
        name: "eth0",
        index: 2,
        mac: Bench.mac,
        primaryIPv4: Bench.own
    )

    static func settings(
        _ name: String = "lan",
        identifier: UInt8 = 51,
        priority: UInt8 = 100,
        addresses: [String] = ["192.0.2.100/24"],
    ) -> VirtualRouterSettings {
        var settings = VirtualRouterSettings(
            name: name,
            virtualRouterIdentifier: identifier,
            interface: "eth0",
            addresses: addresses.compactMap { Prefix($0) }
        )
        settings.priority = priority
        return settings
    }

    /// Three intervals of 100 ms and the skew of a priority.
    static func down(_ priority: Int64 = 100) -> Interval {
        .milliseconds(300) + .milliseconds(100) * (256 - priority) / 256
    }

    @discardableResult
    func handle(_ event: ElectionEvent) -> [ElectionEffect] {
        let effects = core.handle(event, at: now)
        for effect in effects {
            if case .demandAddresses(let demand) = effect { self.demand = demand }
            if case .publish(let report) = effect { self.report = report }
        }
        return effects
    }

    @discardableResult
    func started(_ routers: VirtualRouterSettings...) -> Bench {
        handle(.started(ElectionSettings(routers: routers)))
        return self
    }

    /// The addresses thread does what is demanded and says so.
    @discardableResult
    func converge() -> [ElectionEffect] {
        for entry in demand?.entries ?? [] {
            held.removeAll { $0.address == entry.prefix.address && entry.disposition != .asFound }
            if entry.disposition == .present {
                held.append(.init(interface: "eth0", address: entry.prefix.address))
            }
        }
        return look()
    }

    /// The addresses thread says what is.
    @discardableResult
    func look() -> [ElectionEffect] {
        handle(
            .addressesReported(
                AddressReport(
                    generation: demand?.generation ?? 0,
                    interfaces: interface.map { [$0] } ?? [],
                    held: held
                )
            )
        )
    }

    /// Runs to the next deadline and hands it over.
    @discardableResult
    func expire() -> [ElectionEffect] {
        if let deadline = core.deadline { now = max(now, deadline) }
        return handle(.deadlineReached)
    }

    /// Lets the time pass, with every deadline in it.
    @discardableResult
    func pass(_ interval: Interval) -> [ElectionEffect] {
        let end = now + interval
        var effects: [ElectionEffect] = []
        while let deadline = core.deadline, deadline <= end { effects += expire() }
        now = end
        return effects
    }

    func advertisement(
        _ priority: UInt8,
        _ settings: VirtualRouterSettings = Bench.settings(),
        from source: IPAddress = Bench.peer,
        to destination: IPAddress = Bench.group,
    ) -> [UInt8] {
        Advertisement(of: settings, priority: priority).encode(from: source, to: destination, checksum: .pseudoHeader)
    }

    /// The peer's advertisement comes in.
    @discardableResult
    func hear(
        _ priority: UInt8,
        from source: IPAddress = Bench.peer,
        to destination: IPAddress = Bench.group,
        at time: MonotonicInstant? = nil,
        path: ReceivedPacket.Path = .rawSocket,
        timeToLive: UInt8 = 255,
        _ settings: VirtualRouterSettings = Bench.settings(),
    ) -> [ElectionEffect] {
        handle(
            .packetReceived(
                ReceivedPacket(
                    interface: "eth0",
                    payload: advertisement(priority, settings, from: source, to: destination),
                    source: source,
                    destination: destination,
                    timeToLive: timeToLive,
                    receivedAt: time ?? now,
                    path: path
                )
            )
        )
    }

    /// Active with the address in place and its first announcement sent.
    static func active(_ settings: VirtualRouterSettings = settings()) -> Bench {
        let bench = Bench().started(settings)
        bench.converge()
        bench.expire()
        bench.converge()
        return bench
    }

    var wholeReport: ElectionReport { core.report(at: now) }
    var isLate: Bool { core.isLate(at: now) }
    var router: ElectionReport.Router? { core.report(at: now).routers.first }
    var state: VirtualRouter.StateName? { router?.state }
    var disposition: AddressDemand.Disposition? { demand?.entries.first?.disposition }
}

extension [ElectionEffect] {
    /// The priorities of the advertisements among the effects.
    var priorities: [UInt8] {
        compactMap { effect in
            guard case .sendAdvertisement(_, let source, let destination, let payload, _, _) = effect else {
                return nil
            }
            return try? Advertisement.decode(payload[...], from: source, to: destination).advertisement.priority
        }
    }

    /// The frames among the effects.
    var frames: [[UInt8]] {
        compactMap { effect in
            guard case .sendFrame(_, let frame) = effect else { return nil }
            return frame
        }
    }
}
