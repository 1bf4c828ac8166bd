import Glibc
import Primitives

extension SegmentScenario {
    /// As many probes on the wire as there are distinct things to ask, however many services want to know.
    static let sharedProbes = SegmentScenario(
        name: "shared-probes",
        summary: "50 services on 10 shared real servers: each distinct target is asked once an interval, by tshark",
    ) { segment, outcome in
        try SharedProbes(segment).play(&outcome)
    }
}

/// A director of 50 services whose checks are of five sorts, and whose real servers are all addresses of one host.
///
/// The direct path is left out: its targets belong to a virtual endpoint, so that no two services can share one.
private struct SharedProbes {
    private typealias Destination = ProbeCapture.Destination

    private static let services = 50
    private static let interval = Interval.milliseconds(500)
    /// What waking up on a busy machine may add to an interval.
    private static let slack = Interval.milliseconds(100)
    private static let intervals = 20
    private static let realServers = (31...40).map { "192.168.10.\($0)" }
    // Ten services of each sort. Two of these sorts ask the same port for different pages.
    private static let checks = [
        "type: tcp, port: 8001", "type: tcp, port: 8002", "type: http, port: 8003, http: {path: /one}",
        "type: http, port: 8003, http: {path: /two}", "type: icmp",
    ]

    private let segment: Segment
    private let router: Router

    init(_ segment: Segment) {
        self.segment = segment
        let hosts = segment.hosts
        router = Router(.tandem, on: hosts[0], peer: hosts[1], RouterSetup(), priority: 150, segment.programs)
    }

    func play(_ outcome: inout Outcome) throws {
        let answerer = try Answerer(
            on: segment.hosts[1],
            ports: [8_001, 8_002, 8_003]
        )
        defer { answerer.stop() }
        try addresses("add")
        defer {
            segment.endCapture()
            router.host.killAll()
            try? router.powerOn(segment.fabric)
            try? addresses("del")
        }
        configure(odd: false)
        try router.start()
        // Whoever was answered three times is up, and asked at the plain interval from then on.
        let asked = 4 * SharedProbes.realServers.count * 3
        guard wait(.seconds(20), until: { answerer.accepted >= asked }) else {
            throw LabError("\(answerer.accepted) answers: \(router.processes.first?.lastLines() ?? "")")
        }
        nap(.seconds(2))

        let expected = expectation(odd: false)
        let capture = try record("shared-probes", SharedProbes.intervals, expected)
        outcome.count("services times real servers", SharedProbes.services * SharedProbes.realServers.count)
        let targets = expected.values.reduce(0, +)
        outcome.count("distinct targets", targets)
        let counts = capture.counts(every: SharedProbes.interval, intervals: SharedProbes.intervals)
        outcome.count("probes in an interval, fewest", counts.min() ?? 0)
        outcome.count("probes in an interval, most", counts.max() ?? 0)
        let objections = judge(capture, expected, SharedProbes.intervals)
        outcome.check("each distinct target is asked once an interval", objections.isEmpty, list(objections))

        // One service of the first sort waits longer for an answer, which makes ten targets more: as if each real server
        // were asked twice. Whoever does not know of it has to object to these ten, and to nothing else.
        configure(odd: true)
        try router.reload(priority: router.priority)
        nap(.seconds(3))
        let doubled = try record("shared-probes-control", 6, expectation(odd: true))
        let seen = judge(doubled, expected, 6)
        let named = SharedProbes.realServers.count { address in seen.contains { $0.hasPrefix("\(address):8001: ") } }
        let isSeen = named == SharedProbes.realServers.count && seen.count == named
        outcome.check("a second probe of a target would be seen", isSeen, list(seen))
        let rest = judge(doubled, expectation(odd: true), 6)
        outcome.check("a check of another rhythm is a target of its own", rest.isEmpty, list(rest))
    }

    private func list(_ objections: [String]) -> String {
        "\(objections.count) objections: \(objections.prefix(12).joined(separator: "; "))"
    }

    private func judge(_ capture: ProbeCapture, _ expected: [Destination: Int], _ intervals: Int) -> [String] {
        capture.objections(
            to: expected,
            every: SharedProbes.interval,
            intervals: intervals,
            slack: SharedProbes.slack
        )
    }

    /// Captures so many intervals and two more, in which the successors of the last probes lie.
    ///
    /// A machine that stands still makes probes late or fail, after which there rightly are others: it gets three tries.
    private func record(_ name: String, _ intervals: Int, _ expected: [Destination: Int]) throws -> ProbeCapture {
        let file = "/run/tandem-lab/\(name).pcap"
        var tries = 3
        while true {
            try segment.beginCapture(file, of: ProbeCapture.filter(router.host))
            nap(SharedProbes.interval * Int64(intervals + 2))
            segment.endCapture()
            let capture = try ProbeCapture(file)
            tries -= 1
            if tries == 0 || judge(capture, expected, intervals).isEmpty { return capture }
        }
    }

    private func expectation(odd: Bool) -> [Destination: Int] {
        var expected: [Destination: Int] = [:]
        for address in SharedProbes.realServers {
            expected[Destination(address: address, port: 8_001)] = odd ? 2 : 1
            expected[Destination(address: address, port: 8_002)] = 1
            expected[Destination(address: address, port: 8_003)] = 2
            expected[Destination(address: address, port: 0)] = 1
        }
        return expected
    }

    private func configure(odd: Bool) {
        let names = SharedProbes.realServers.indices.map { "web\($0 + 1)" }
        var lines = ["real_servers:"]
        for (name, address) in zip(names, SharedProbes.realServers) {
            lines.append("  - {name: \(name), address: \(address)}")
        }
        lines.append("services:")
        for service in 0..<SharedProbes.services {
            let check = SharedProbes.checks[service % SharedProbes.checks.count]
            let timeout = odd && service == 0 ? 450 : 400
            lines += [
                "  - name: service\(service)", "    address: \(Duel.setup.address)",
                "    port: \(9_000 + service)", "    direct_path: false",
                "    check: {\(check), interval: \(SharedProbes.interval.milliseconds)ms, timeout: \(timeout)ms}",
                "    real_servers: [\(names.joined(separator: ", "))]",
            ]
        }
        router.general = lines
    }

    /// Makes the second host every real server of the services, or undoes that.
    private func addresses(_ verb: String) throws {
        for address in SharedProbes.realServers {
            try segment.hosts[1].run("ip", "address", verb, "\(address)/24", "dev", "eth0")
        }
    }
}
