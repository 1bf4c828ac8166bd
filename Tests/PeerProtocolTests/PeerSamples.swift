import AgentProtocol
import PeerProtocol
import Primitives

/// Messages that the tests of this suite share.
enum PeerSamples {
    static let hello = PeerHello(bootIdentifier: BootIdentifier(high: 1, low: 2), name: "lb1", programVersion: "0.2")
    static let configuration = ConfigurationSummary(
        generation: 3,
        changedAt: 1_790_000_000_000,
        digest: 0x0102_0304_0506_0708,
        sections: [.init(name: "services", digest: 2), .init(name: "real_servers", digest: 1)],
    )
    static let router = PeerRouter(
        name: "front",
        state: .active,
        priority: 110,
        age: 70_000,
        isAnnounced: true,
        isUsable: true,
        isChosen: true,
        addresses: [.v4(IPv4Address(192, 0, 2, 100)), .v6(IPv6Address(high: 0x2001_0db8_0000_0000, low: 1))],
    )
    static let readiness = PeerReadiness(
        isHealthKnown: true,
        isKernelConverged: false,
        isSyncCaughtUp: true,
        reasons: ["the kernel has refused a service"],
    )
    static let state = PeerState(
        configuration: configuration,
        routers: [router],
        readiness: readiness,
        connectionSync: .master,
        isStopping: true,
    )
    static let opinion = PeerOpinion(service: "http", realServer: "web1", state: .down, reason: "probe-refused")
    static let offer = HandoverMessage(
        .offer,
        7,
        cause: .operatorsChoice,
        routers: ["front6", "front"],
        isForced: true,
        patience: .seconds(3),
    )
    static let refusal = HandoverMessage(
        .refused,
        7,
        cause: .preemption,
        routers: ["front"],
        refusals: [.syncNotCaughtUp, .configurationDiffers],
    )

    static let order = PeerOrder(
        OrderSubject(realServer: "web1", service: "http"),
        .drain,
        stamp: OrderStamp(time: 0x01a0_0000_0000, director: "lb1"),
        by: "ops",
        reason: "kernel",
        expires: 0x01a0_0000_1000,
        deadline: 0x01a0_0000_0800,
    )
    static let orders = [
        order,
        PeerOrder(
            OrderSubject(realServer: "web2", isWeight: true),
            .weight(65_535),
            stamp: OrderStamp(time: 1, director: "lb2"),
        ),
        PeerOrder(OrderSubject(realServer: "web3"), .maintenance, stamp: OrderStamp(time: 2, director: "lb2")),
        PeerOrder(OrderSubject(realServer: "web3"), .withdrawn, stamp: OrderStamp(time: 3, director: "lb2")),
        PeerOrder(
            OrderSubject(realServer: "web3", isWeight: true),
            .withdrawn,
            stamp: OrderStamp(time: 4, director: "lb2"),
        ),
    ]

    static let addressFindings = [
        PeerAddressFinding(
            address: .v4(IPv4Address(192, 0, 2, 100)),
            mac: MACAddress(rawValue: 0x0200_0000_000b),
            realServer: "web1",
            claim: .answer,
            age: 12_000,
        ),
        PeerAddressFinding(
            address: .v4(IPv4Address(192, 0, 2, 100)),
            mac: MACAddress(rawValue: 0x0200_0000_000b),
            realServer: "web1",
            claim: .question,
            age: 0,
        ),
        PeerAddressFinding(
            address: .v6(IPv6Address(high: 0x2001_0db8_0000_0000, low: 0x100)),
            mac: MACAddress(rawValue: 0x0200_0000_000c),
            realServer: nil,
            claim: .answer,
            age: .max,
        ),
    ]

    static let all: [PeerMessage] = [
        .hello(hello),
        .state(state),
        .state(PeerState(configuration: configuration, routers: [], readiness: .unknown)),
        .health(PeerHealth(isFirst: true, isLast: false, opinions: [opinion])),
        .health(PeerHealth(isFirst: false, isLast: true, opinions: [])),
        .heartbeat(PeerHeartbeat(sequence: 9, clock: 1_790_000_000_123)),
        .handover(offer),
        .handover(refusal),
        .goodbye(PeerGoodbye(reason: .restarting)),
        .orders(orders),
        .addressFindings(addressFindings),
        .addressFindings([]),
    ]

    static func at(_ milliseconds: Int64) -> MonotonicInstant {
        MonotonicInstant(nanoseconds: 1_000_000_000_000) + .milliseconds(milliseconds)
    }
}
