import Health
import Testing

@testable import DirectorCommand
@testable import DirectorCore

/// When a drain that an operator waits for is over.
@Suite struct DrainProgressTests {
    /// A status with web1 in one service, as it is here and as the other director says that it is there.
    static func status(_ state: DestinationState, there: String?, isOrdered: Bool = true) -> ClusterStatus {
        var destination = DestinationStatus(
            realServer: "web1",
            endpoint: "192.0.2.11:80",
            state: state,
            reason: .operatorDrain,
            evidence: "",
            age: 0,
            weightWanted: 0,
            weightApplied: 0,
            activeConnections: 0,
            inactiveConnections: 0,
        )
        destination.peerState = there
        let service = ServiceStatus(
            name: "http",
            protocol: "tcp",
            endpoint: "192.0.2.100:80",
            scheduler: "rr",
            persistenceTimeout: 0,
            isApplied: true,
            destinations: [destination],
            state: .up,
            reason: .passing,
            evidence: "",
            age: 0,
        )
        let agent = AgentStatus(
            state: .connected,
            reason: .passing,
            evidence: "",
            age: 0,
            lastHeardAge: 0,
            name: "web1",
            version: "1",
            capacity: 100,
            facts: [],
        )
        var server = RealServerStatus(name: "web1", address: "192.0.2.11", operatorOverride: .none, agent: agent)
        if isOrdered { server.orders = [OrderStatus(action: "drain", by: "root", reason: "", age: 0)] }
        return ClusterStatus(
            director: "lb2",
            version: "1",
            configurationGeneration: 1,
            configurationAge: 0,
            isStopping: false,
            routers: [],
            services: [service],
            realServers: [server],
            probes: [],
        )
    }

    static func progress(_ status: ClusterStatus) -> DrainProgress {
        DrainProgress(status, realServer: "web1", service: nil)
    }

    @Test func `it is over when no connection is left here, without another director`() {
        #expect(Self.progress(Self.status(.draining, there: nil)).state == .draining)
        #expect(Self.progress(Self.status(.drained, there: nil)).state == .drained)
        #expect(Self.progress(Self.status(.maintenance, there: nil)).state == .drained)
        #expect(Self.progress(Self.status(.up, there: nil, isOrdered: false)).state == .withdrawn)
    }

    @Test(arguments: ["up", "down", "draining"])
    func `a standby that counts none waits for the director that has the connections`(there: String) {
        let progress = Self.progress(Self.status(.drained, there: there))
        #expect(progress.state == .draining)
        #expect(progress.text.hasSuffix("on the other director: \(there)"))
    }

    @Test func `what the kernel's table keeps beyond the end is called so`() {
        var status = Self.status(.drained, there: nil)
        status.services[0].destinations[0].activeConnections = 32
        let progress = Self.progress(status)
        #expect(progress.state == .drained)
        #expect(
            progress.text == "http: drained, the real server has no connection left of the 32 in the kernel's table"
        )
    }

    @Test func `somebody who orders maintenance meanwhile ends no connection by that`() {
        var status = Self.status(.maintenance, there: nil)
        status.services[0].destinations[0].activeConnections = 2
        #expect(Self.progress(status).state == .draining)
        status.services[0].destinations[0].activeConnections = 0
        status.services[0].destinations[0].weightApplied = 1
        #expect(Self.progress(status).state == .draining, "the kernel has not been told")
        status.services[0].destinations[0].weightApplied = 0
        #expect(Self.progress(status).state == .drained)
        status.services[0].destinations[0].inactiveConnections = 1
        #expect(Self.progress(status).state == .drained, "of TCP it has ended")
        status.services[0].protocol = "udp"
        #expect(Self.progress(status).state == .draining)
    }

    @Test func `what the other director has drained is over there`() {
        #expect(Self.progress(Self.status(.drained, there: "unknown")).state == .drained)
        #expect(Self.progress(Self.status(.maintenance, there: "maintenance")).state == .drained)
        #expect(Self.progress(Self.status(.draining, there: "unknown")).state == .draining)
    }

    @Test func `another director that may forward and says nothing is waited for`() {
        var status = Self.status(.drained, there: nil)
        status.routers = [Self.router("backup")]
        var peer = PeerStatus(
            name: "lb1",
            address: "192.0.2.2:9406",
            link: .connected,
            age: 0,
            evidence: "",
            reasons: [],
            routers: [],
            movedByOperator: [],
            findings: [],
            addressFindings: [],
        )
        status.peer = peer
        #expect(Self.progress(status).state == .drained)
        for link in [PeerStatus.LinkState.silent, .unreachable] {
            peer.link = link
            status.peer = peer
            #expect(Self.progress(status).state == .draining)
            #expect(Self.progress(status).text.hasSuffix("lb1 is not connected, so that what it sends is not known"))
            var other = status
            other.routers = [Self.router("active")]
            other.routers.append(Self.router("initialize", ["192.0.2.10/24", "2001:db8::100/64"]))
            #expect(Self.progress(other).state == .drained, "it forwards nothing of this service")
            // Out of the election here, a router is most likely Active there.
            other.routers.append(Self.router("initialize"))
            #expect(Self.progress(other).state == .draining)
            var late = status
            late.realServers[0].orders[0].cutOffIn = 0
            late.services[0].destinations[0].weightApplied = nil
            #expect(Self.progress(late).state == .cutOff)
        }
    }

    private static func router(_ state: String, _ addresses: [String] = ["192.0.2.100/24"]) -> RouterStatus {
        RouterStatus(
            name: "front",
            virtualRouterIdentifier: 51,
            interface: "eth0",
            priority: 100,
            state: state,
            reason: "started",
            age: 0,
            activeRouter: nil,
            activePriority: nil,
            addresses: addresses.map { RouterStatus.Address(address: $0, isHeld: state == "active") },
            findings: [],
        )
    }
}
