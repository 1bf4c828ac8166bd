import Control
import ControlSocket
import Health
import Testing

@testable import DirectorCore

@Suite struct StatusTableTests {
    private static let web1 = DestinationStatus(
        realServer: "web1",
        endpoint: "192.0.2.11:80",
        state: .up,
        reason: .passing,
        evidence: "",
        age: 64_500,
        weightWanted: 1,
        weightApplied: 1,
        activeConnections: 12,
        inactiveConnections: 3,
    )
    private static let web2 = DestinationStatus(
        realServer: "web2",
        endpoint: "192.0.2.12:80",
        state: .down,
        reason: .vipMissing,
        evidence: "lo has no 192.0.2.100/32",
        age: 40,
        weightWanted: 0,
        weightApplied: 1,
        activeConnections: nil,
        inactiveConnections: nil,
    )
    static let status = ClusterStatus(
        director: "lb1",
        version: "1.0",
        configurationGeneration: 2,
        configurationAge: 3_600_000,
        isStopping: false,
        routers: [
            RouterStatus(
                name: "web",
                virtualRouterIdentifier: 51,
                interface: "eth0",
                priority: 110,
                state: "active",
                reason: "nobodyHeard",
                age: 65_000,
                activeRouter: "192.0.2.2",
                activePriority: 110,
                addresses: [.init(address: "192.0.2.100/24", isHeld: true)],
                findings: ["another machine claims 192.0.2.100"],
            )
        ],
        services: [
            ServiceStatus(
                name: "http",
                protocol: "tcp",
                endpoint: "192.0.2.100:80",
                scheduler: "rr",
                persistenceTimeout: 0,
                isApplied: true,
                destinations: [web1, web2],
                state: .up,
                reason: .passing,
                evidence: "1 of 2 real server(s) up",
                age: 64_000,
            )
        ],
        realServers: [
            RealServerStatus(
                name: "web2",
                address: "192.0.2.12",
                operatorOverride: .none,
                agent: AgentStatus(
                    state: .connected,
                    reason: .vipMissing,
                    evidence: "\u{1b}[31mred",
                    age: 9_000,
                    lastHeardAge: 12,
                    name: "web2",
                    version: "1.0",
                    capacity: 100,
                    facts: [
                        .init(
                            kind: "vip-bound",
                            subject: "192.0.2.100",
                            verdict: "violated",
                            evidence: "gone",
                            age: 40
                        ),
                        .init(kind: "arp-silent", subject: "192.0.2.100", verdict: "holds", evidence: "1", age: 9_000),
                    ],
                ),
            )
        ],
        probes: [],
        dataplane: nil,
    )

    @Test func `everything has its state, reason, age and evidence in columns`() {
        let expected = """
            director lb1, 1.0, configuration 2 for 1h00m

            ROUTER  VRID  INTERFACE  PRIO  STATE   REASON       AGE    ACTIVE           ADDRESSES
            web     51    eth0       110   active  nobodyHeard  1m05s  192.0.2.2 (110)  192.0.2.100/24 held
            ! web: another machine claims 192.0.2.100

            service http: tcp 192.0.2.100:80, rr, in the kernel
              up for 1m04s (passing: 1 of 2 real server(s) up)
              REAL SERVER  ENDPOINT       STATE  WEIGHT  CONNS  REASON       AGE    EVIDENCE
              web1         192.0.2.11:80  up     1       12+3   passing      1m04s  -
              web2         192.0.2.12:80  down   1->0    -      vip-missing  40ms   lo has no 192.0.2.100/32

            REAL SERVER  ADDRESS     OPERATOR  AGENT      HEARD  VERSION  REASON       AGE   EVIDENCE
            web2         192.0.2.12  -         connected  12ms   1.0      vip-missing  9.0s  ?[31mred

            REAL SERVER  FACT       OF           VERDICT   AGE   EVIDENCE
            web2         vip-bound  192.0.2.100  violated  40ms  gone

            kernel: not looked at yet

            """
        #expect(StatusTable.render(Self.status) == expected)
    }

    @Test func `what was rejected is counted by cause, and other routers of the LAN are not told of`() {
        var status = Self.status
        status.routers[0].counters.rejected = ["wrongTimeToLive": 2, "authenticationFailed": 5]
        status.election.rejected = ["unknownVirtualRouter": 600, "truncated": 1]
        let lines = StatusTable.render(status).split(separator: "\n")
        #expect(lines.contains("web has rejected 7 advertisement(s): authenticationFailed 5, wrongTimeToLive 2"))
        #expect(lines.contains("no router of this director has taken 1 advertisement(s): truncated 1"))
        #expect(!StatusTable.render(status).contains("600"))
    }

    @Test func `who the other director hears claim an address has its name, MAC, node and age`() throws {
        var status = Self.status
        status.peer = PeerStatus(
            name: "lb2",
            address: "192.0.2.3:9406",
            link: .connected,
            age: 60_000,
            evidence: "",
            reasons: [],
            routers: [],
            movedByOperator: [],
            findings: [],
            addressFindings: [
                AddressFindingStatus(
                    reason: .arpOffender,
                    address: "192.0.2.100",
                    mac: "02:00:00:00:00:0b",
                    realServer: "web1",
                    evidence: "web1 at 02:00:00:00:00:0b answers ARP for 192.0.2.100",
                    age: 12_300,
                )
            ],
        )
        let table = StatusTable.render(status)
        let line = "! lb2 hears arp-offender: web1 at 02:00:00:00:00:0b answers ARP for 192.0.2.100 (for 12.3s)"
        #expect(table.contains("\npeer lb2 at 192.0.2.3:9406: connected for 1m00s\n\(line)\n"))
        let text = try ControlJSON.text(status)
        #expect(try ControlJSON.decode(ClusterStatus.self, from: Array(text.utf8)) == status)
    }

    @Test func `the status travels over the control socket unchanged`() throws {
        let text = try ControlJSON.text(Self.status)
        #expect(try ControlJSON.decode(ClusterStatus.self, from: Array(text.utf8)) == Self.status)
    }

    @Test(
        arguments: [
            (0, "0ms"), (999, "999ms"), (1_000, "1.0s"), (3_499, "3.4s"), (59_999, "59.9s"), (60_000, "1m00s"),
            (3_599_999, "59m59s"), (3_600_000, "1h00m"), (86_399_000, "23h59m"), (86_400_000, "1d00h"), (-5, "0ms"),
        ] as [(Int64, String)]
    )
    func `an age is told in its two largest units`(milliseconds: Int64, text: String) {
        #expect(StatusTable.age(milliseconds) == text)
    }
}
