import AgentProtocol
import Primitives

/// Messages that the tests of this suite share.
enum Samples {
    static let boot = BootIdentifier(high: 0x0011_2233_4455_6677, low: 0x8899_aabb_ccdd_eeff)
    static let v4 = IPAddress.v4(IPv4Address(192, 0, 2, 10))
    static let v6 = IPAddress.v6(IPv6Address(high: 0x2001_0db8_0000_0000, low: 0x10))
    static let web = ServiceIdentity(protocol: .tcp, endpoint: Endpoint(address: v4, port: 80))
    static let dns = ServiceIdentity(protocol: .udp, endpoint: Endpoint(address: v6, port: 53))
    static let hello = Hello(
        bootIdentifier: boot,
        name: "lb1",
        programVersion: "0.1",
        heartbeatInterval: .milliseconds(200),
    )
    static let facts = [
        Fact(.arpSilent, .node, .holds, evidence: "all.arp_ignore=1"),
        Fact(.vipBound, .address(v6), .violated, evidence: "not on lo"),
        Fact(.listenerPresent, .service(web), .unknown, evidence: "ünïcode"),
    ]

    static let all: [AgentMessage] = [
        .hello(hello),
        .desiredState(DesiredState(generation: 7, addresses: [v4, v6], services: [web, dns])),
        .report(Report(sequence: 3, bootIdentifier: boot, facts: facts, capacity: 80)),
        .report(Report(sequence: 1 << 63, bootIdentifier: boot, facts: [])),
        .heartbeat(Heartbeat(sequence: 4)),
        .drainRequest(DrainRequest(identifier: 9, deadline: .seconds(30))),
        .drainReply(DrainReply(identifier: 9)),
        .view(View(entries: [.init(service: web, weight: 1, reason: "healthy")])),
        .goodbye(Goodbye(reason: .released)),
    ]

    static func at(_ milliseconds: Int64) -> MonotonicInstant {
        MonotonicInstant(nanoseconds: 1_000_000_000_000) + .milliseconds(milliseconds)
    }
}
