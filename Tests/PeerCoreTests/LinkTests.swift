import AgentProtocol
import DirectorCore
import Health
import PeerProtocol
import Primitives
import Testing
import VRRP

@Suite struct LinkTests {
    @Test func `the one with the lower fingerprint dials and the other listens`() throws {
        let pair = try Pair()
        let settings = (pair.sides[0].settings(peer: pair.sides[1], routers: ["front"]))
        let dialing = pair.handle(
            0,
            .started(settings, bootIdentifier: .init(high: 0, low: 1), programVersion: "1")
        )
        #expect(
            dialing.first
                == .dial(
                    .dialled(1),
                    Endpoint(address: pair.sides[1].address, port: 9_406),
                    pair.sides[1].fingerprint
                )
        )
        let listening = pair.handle(
            1,
            .started(
                pair.sides[1].settings(peer: pair.sides[0], routers: ["front"]),
                bootIdentifier: .init(high: 0, low: 2),
                programVersion: "1",
            )
        )
        #expect(listening.first == .listen(port: 9_406, pair.sides[0].fingerprint))
    }

    @Test func `a link that was lost comes back, and preemption stays deferred meanwhile`() throws {
        let pair = try Pair().started()
        pair.isConnected = false
        pair.cut()
        pair.run(.seconds(5))
        #expect(pair.sides[0].core.status(at: pair.now)?.link == .unreachable)
        #expect(pair.sides[1].isDeferring == true)
        pair.run(.seconds(6))
        #expect(pair.sides[1].isDeferring == false)
        pair.isConnected = true
        pair.run(.seconds(3))
        #expect(pair.sides[0].core.status(at: pair.now)?.link == .connected)
        #expect(pair.sides[1].isDeferring == true)
    }

    @Test func `a peer that says nothing is silent after three heartbeats and dialled anew later`() throws {
        let pair = try Pair().started()
        pair.isConnected = false  // Everything is swallowed, and nobody hears that the connection ended.
        pair.run(.milliseconds(850))
        #expect(pair.sides[0].core.status(at: pair.now)?.link == .silent)
        #expect(pair.sides[0].logs.contains { $0.reason == .peerSilent })
        pair.run(.seconds(3))
        #expect(pair.sides[0].core.status(at: pair.now)?.link == .unreachable)
        pair.isConnected = true
        pair.run(.seconds(3))
        #expect(pair.sides[0].core.status(at: pair.now)?.link == .connected)
    }

    @Test func `no peer means no deferral`() throws {
        let pair = try Pair()
        pair.handle(
            0,
            .started(
                pair.sides[0].settings(peer: nil, routers: ["front"]),
                bootIdentifier: .init(high: 0, low: 1),
                programVersion: "1",
            )
        )
        #expect(pair.sides[0].isDeferring == nil && pair.sides[0].core.deadline == nil)
        #expect(pair.sides[0].core.status(at: pair.now) == nil)
    }

    @Test func `a peer that never answers defers preemption for five seconds only`() throws {
        let pair = try Pair()
        pair.isConnected = false
        _ = pair.started(then: .milliseconds(4_900))
        #expect(pair.sides[0].isDeferring == true)
        pair.run(.milliseconds(200))
        #expect(pair.sides[0].isDeferring == false)
    }

    @Test func `versions and clocks that differ are named, and so is their end`() throws {
        let pair = try Pair()
        pair.sides[1].version = "2"
        pair.sides[1].clock += 10_000
        _ = pair.started(then: .seconds(2))
        let findings = pair.sides[0].core.status(at: pair.now)?.findings ?? []
        #expect(findings.contains("this director is version 1, the other one 2"))
        #expect(findings.contains("the other director's clock is 10s ahead"))
        pair.handle(1, .clockRead(pair.sides[0].clock + 2_000))
        pair.run(.milliseconds(300))
        #expect(pair.sides[0].core.status(at: pair.now)?.findings.count == 1)
        #expect(pair.sides[0].logs.contains { $0.reason == .clockDiffers && $0.to.isEmpty })
    }

    @Test func `a reload that makes the configurations equal ends the alarm`() throws {
        let pair = try Pair()
        pair.sides[1].digest = 2
        pair.sides[1].sections = [.init(name: "services", digest: 2)]
        _ = pair.started(then: .seconds(1))
        #expect(pair.sides[0].core.status(at: pair.now)?.findings.count == 1)
        pair.sides[1].digest = 1
        pair.sides[1].sections = pair.sides[0].sections
        pair.handle(1, .configurationReplaced(pair.sides[1].settings(peer: pair.sides[0], routers: pair.names)))
        pair.run(.milliseconds(100))
        #expect(pair.sides[0].core.status(at: pair.now)?.findings == [])
        #expect(pair.sides[0].core.status(at: pair.now)?.configurationGeneration == 2)
    }

    @Test func `a reload that changes the priority moves the addresses by a handover`() throws {
        let pair = try Pair().started(then: .seconds(1))
        pair.sides[0].priority = 90
        pair.handle(0, .configurationReplaced(pair.sides[0].settings(peer: pair.sides[1], routers: pair.names)))
        pair.report(0)
        pair.run(.seconds(3))
        #expect(pair.sides[1].active == ["front"] && pair.sides[0].active == [])
        #expect(pair.unserved.isEmpty)
    }

    @Test func `both active though they talk is a partition with a name`() throws {
        let pair = try Pair().started()
        pair.sides[1].routers["front"] = .active
        pair.report(1)
        pair.run(.seconds(2))
        for side in pair.sides {
            #expect(
                side.core.status(at: pair.now)?.findings == [
                    "both directors are active for front though they talk to each other: "
                        + "advertisements get lost between them"
                ]
            )
        }
        // The one of lower priority knows that it is.
        #expect(pair.sides[0].orders.contains(.peerReported(active: ["front"])))
        #expect(pair.sides[1].orders.contains(.peerReported(active: ["front"], superior: ["front"])))
        pair.sides[1].routers["front"] = .backup
        pair.report(1)
        pair.run(.seconds(1))
        #expect(pair.sides[0].core.status(at: pair.now)?.findings == [])
    }

    @Test func `a link away while advertisements arrive is a partition with a name`() throws {
        let pair = try Pair().started()
        pair.isConnected = false
        pair.cut()
        var report = pair.sides[1].report(routers: ["front"], at: pair.now)
        report.routers[0].activeRouter = pair.sides[0].address
        pair.run(.seconds(4))
        pair.handle(1, .electionReported(report))
        let findings = pair.sides[1].core.status(at: pair.now)?.findings ?? []
        #expect(findings.count == 1)
        #expect(findings.first?.hasSuffix("but its advertisements arrive (front)") == true)
    }

    @Test func `what the peer thinks of the real servers arrives`() throws {
        let pair = try Pair().started()
        let opinions = [PeerOpinion(service: "http", realServer: "web1", state: .up, reason: "passing")]
        pair.handle(0, .opinionsChanged(opinions))
        pair.run(.milliseconds(200))
        #expect(pair.sides[1].core.peerOpinions == opinions)
        pair.cut()
        #expect(pair.sides[1].core.peerOpinions == [])
    }

    @Test func `a virtual router of the greatest age does no harm`() throws {
        let pair = try Pair().started()
        let router = PeerRouter(
            name: "front",
            state: .backup,
            priority: 1,
            age: .max,
            isAnnounced: false,
            isUsable: true,
            addresses: [],
        )
        let state = PeerState(
            configuration: ConfigurationSummary(generation: 1, changedAt: 0, digest: 1, sections: []),
            routers: [router],
            readiness: .unknown,
        )
        let connection = try #require(pair.connections[0])
        pair.handle(0, .bytes(connection, PeerFrameCodec.encode(.state(state))))
        pair.run(.milliseconds(100))
        #expect(pair.sides[0].core.status(at: pair.now)?.routers.map(\.age) == [.max])
    }

    @Test func `a peer that has started anew replaces its old connection`() throws {
        let pair = try Pair().started()
        pair.sides[0].core = PeerCore()
        pair.connections[0] = nil
        pair.start(0)
        pair.run(.seconds(1))
        for side in pair.sides { #expect(side.core.status(at: pair.now)?.link == .connected) }
    }

    @Test func `another peer in the configuration ends the link`() throws {
        let pair = try Pair().started()
        let other = try Side("lb3", byte: 0, address: .v4(IPv4Address(192, 0, 2, 4)), priority: 1)
        let effects = pair.handle(0, .configurationReplaced(pair.sides[0].settings(peer: other, routers: pair.names)))
        #expect(effects.contains(.listen(port: 9_406, other.fingerprint)))
        let alone = pair.handle(0, .configurationReplaced(pair.sides[0].settings(peer: nil, routers: pair.names)))
        #expect(alone.contains(.stopListening))
        #expect(alone.contains(.election(.deferPreemption(false))))
    }

    @Test func `a clock of any value is named and does no harm`() throws {
        for clock in [UInt64(Int64.max) - 1 << 40, 1 << 62, 1] {
            let pair = try Pair()
            pair.sides[1].clock = clock
            for index in 0...1 { pair.start(index) }
            pair.run(.seconds(2))
            let findings = pair.sides[0].core.status(at: pair.now)?.findings ?? []
            #expect(findings.contains { $0.contains("the other director's clock is") }, "\(clock)")
        }
    }

    @Test func `a key that was replaced is listened for no more, though this director dials the new one`() throws {
        let pair = try Pair().started()
        // lb2 has the higher key and listens; its new peer's is higher still.
        let other = try Side("lb1", byte: 9, address: pair.sides[0].address, priority: 110)
        let effects = pair.handle(1, .configurationReplaced(pair.sides[1].settings(peer: other, routers: pair.names)))
        #expect(effects.contains(.stopListening))
        pair.run(.milliseconds(100))
        let late = pair.handle(1, .connected(.accepted(77)))
        #expect(late.contains(.close(.accepted(77))))
    }
}
