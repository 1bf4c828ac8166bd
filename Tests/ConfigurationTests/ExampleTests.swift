import AgentConfiguration
import AgentCore
import Balancing
import Checks
import ConfigurationSyntax
import DirectorConfiguration
import DirectorCore
import Foundation
import Health
import Primitives
import Testing
import VRRP

@Suite struct ExampleTests {
    @Test(arguments: Files.examples)
    func `every example loads`(name: String) throws {
        let path = Files.repository.appending(path: "deploy/examples/\(name)").path
        if name.hasPrefix("agent") {
            _ = try AgentConfiguration.load(path: path)
        } else {
            _ = try DirectorConfiguration.load(path: path)
        }
    }

    @Test func `the examples are there`() {
        let names = ["agent-full.yaml", "agent.yaml", "director-full.yaml", "director-lb1.yaml", "director-lb2.yaml"]
        #expect(Set(names).isSubset(of: Files.examples))
    }

    private func director(_ name: String) throws -> DirectorConfiguration {
        try DirectorConfiguration.parse(Source(name: name, text: try Files.text(ofExample: name)))
    }

    @Test func `the tutorial's cluster is read as it is written`() throws {
        let first = try director("director-lb1.yaml")
        let second = try director("director-lb2.yaml")
        let router = try #require(first.election.routers.first)
        #expect(first.election.routers.count == 1)
        #expect(router.virtualRouterIdentifier == 51)
        #expect(router.priority == 110)
        #expect(second.election.routers.first?.priority == 100)
        #expect(router.interface == "eth0")
        #expect(router.advertisementInterval == .milliseconds(100))
        #expect(router.preemptMode)
        #expect(router.addresses.map(\.description) == ["192.0.2.100/24"])
        let service = try #require(first.cluster.services.first)
        #expect(service.service.identity.description == "tcp 192.0.2.100:80")
        #expect(service.service.schedulerName == "rr")
        #expect(service.service.persistenceTimeout == 0)
        #expect(service.members == [.init(realServer: "web1", weight: 1), .init(realServer: "web2", weight: 1)])
        #expect(service.probe == ProbeSettings())
        #expect(service.directPathProbe)
        #expect(service.drainDeadline == .seconds(300))
        #expect(first.keyFile == "/etc/tandem/director.key")
        #expect(first.controlSocket == "/run/tandem-director/control.sock")
        #expect(first.stopAction == .keep)
        #expect(first.forwardingPolicy == .disable)
        #expect(first.cluster.heartbeatInterval == .milliseconds(200))
        #expect(first.cluster.realServers.map(\.agent?.port) == [9407, 9407])
    }

    @Test func `two directors that agree have one digest, and any disagreement changes it`() throws {
        let text = try Files.text(ofExample: "director-lb1.yaml")
        let first = try director("director-lb1.yaml")
        #expect(first.digest == (try director("director-lb2.yaml").digest))
        #expect(first.digest.utf8.count == 16)
        let edits = [
            ("vrid: 51", "vrid: 52"), ("192.0.2.11", "192.0.2.21"), ("scheduler: rr", "scheduler: wlc"),
            ("port: 80", "port: 81"), ("type: tcp", "fall: 4"), ("[web1, web2]", "[web1, {name: web2, weight: 2}]"),
            ("100ms", "200ms"), ("/24", "/25"), ("port: 80", "port: 80\n    persistence: 60s"),
        ]
        for (old, new) in edits {
            let other = text.replacing(old, with: new)
            #expect(other != text)
            #expect(
                try DirectorConfiguration.parse(Source(name: "edited", text: other)).digest != first.digest,
                "\(new)"
            )
        }
    }

    @Test func `defaults follow from what is stated`() throws {
        let full = try director("director-full.yaml")
        let services = Dictionary(uniqueKeysWithValues: full.cluster.services.map { ($0.name, $0) })
        #expect(services["http"]?.directPathProbe == true)
        #expect(services["dns"]?.directPathProbe == false)
        #expect(services["http6"]?.directPathProbe == true)
        #expect(services["https"]?.service.persistenceTimeout == 300)
        #expect(services["dns"]?.service.identity.protocol == .udp)
        guard case .http(let expectation) = services["https"]?.probe.kind else {
            Issue.record("the check of https is no HTTP request")
            return
        }
        #expect(expectation.statuses == [200...299, 304...304])
        #expect(expectation.tls?.verification == .name)
        #expect(expectation.fields == [.init(name: "X-Probe", value: "tandem")])
        #expect(services["https"]?.probe.fastInterval == .milliseconds(200))
        #expect(services["https"]?.probe.timeout == .seconds(1))
        #expect(services["syslog"]?.probe.kind == .icmpFullFrame)
        let quick = try Files.text(ofExample: "director-lb1.yaml").replacing("type: tcp", with: "interval: 50ms")
        let probe = try DirectorConfiguration.parse(Source(name: "quick", text: quick)).cluster.services[0].probe
        #expect(probe.interval == .milliseconds(50))
        #expect(probe.timeout == .milliseconds(50))
    }

    @Test func `what a service demands of its real servers is read, and both directors must agree on it`() throws {
        let full = try director("director-full.yaml")
        let http = try #require(full.cluster.services.first { $0.name == "http" })
        #expect(http.pool.quorum == Quorum.Settings(weight: 2, hysteresis: 1))
        #expect(http.pool.failOpen == FailOpen.Settings(below: 30, until: 50))
        #expect(http.pool.maximumEjection == 60)
        #expect(http.pool.slowStart == SlowStart.Settings(duration: .seconds(30), exponent: 2))
        #expect(http.pool.holdDown == HoldDown.Settings())
        #expect(http.pool.patience == .seconds(5))
        #expect(http.members.map(\.role) == [.primary, .primary, .primary, .backup, .sorry])
        #expect(full.cluster.services.first { $0.name == "dns" }?.pool == PoolSettings())
        let text = try Files.text(ofExample: "director-full.yaml")
        let edits = [
            ("{weight: 2, hysteresis: 1}", "{weight: 2}"), ("until: 50", "until: 60"), ("max_ejection: 60", ""),
            ("sync_group: site", "sync_group: here"), ("sloppy_tcp: false", "sloppy_tcp: true"),
            ("exponent: 2", "exponent: 3"), ("forget: 30s", "forget: 31s"),
            ("backup_servers: [web4]", "backup_servers: [web5]\n    # "), ("web5, weight: 1", "web5, weight: 2"),
        ]
        for (old, new) in edits {
            var edited = text.replacing(old, with: new)
            if new.contains("[web5]") { edited = edited.replacing("{name: web5, weight: 1}", with: "web4") }
            #expect(edited != text)
            let other = try DirectorConfiguration.parse(Source(name: "edited", text: edited))
            #expect(other.digest != full.digest, "\(new)")
        }
        let slow = text.replacing("interval: 200ms, timeout: 200ms", with: "interval: 10s, timeout: 1s")
        let services = try DirectorConfiguration.parse(Source(name: "slow", text: slow)).cluster.services
        #expect(services.first { $0.name == "http" }?.pool.patience == .seconds(40))
    }

    @Test func `the agent's checks are read as they are written`() throws {
        let text = try Files.text(ofExample: "agent-full.yaml")
        let checks = try AgentConfiguration.parse(Source(name: "agent.yaml", text: text)).settings.checks
        var expectation = HTTPExpectation()
        expectation.path = "/health"
        expectation.host = "www.example.org"
        expectation.statuses = [200...299, 304...304]
        expectation.pattern = .contains(Array("ok".utf8))
        let command = CommandCheck(arguments: ["/usr/local/bin/check-service", "{address}", "{port}"])
        #expect(
            checks == [
                LocalCheck(
                    .http(expectation),
                    port: 80,
                    address: IPAddress("192.0.2.100"),
                    timeout: .milliseconds(500),
                ),
                LocalCheck(.command(command), interval: .seconds(10), timeout: .seconds(5)),
                LocalCheck(.unit(UnitCheck(unit: "nginx.service")), port: 80, fall: 1),
            ]
        )
    }

    @Test func `the agent's example allows the cluster's address alone`() throws {
        let text = try Files.text(ofExample: "agent.yaml")
        let configuration = try AgentConfiguration.parse(Source(name: "agent.yaml", text: text))
        #expect(configuration.settings.directors.map(\.name) == ["lb1", "lb2"])
        #expect(configuration.settings.allowedAddresses.map(\.description) == ["192.0.2.100/32"])
        #expect(configuration.settings.pinnedAddresses == [])
        #expect(configuration.settings.stopAction == .keep)
        #expect(configuration.settings.port == 9407)
        #expect(configuration.keyFile == "/etc/tandem/agent.key")
        #expect(configuration.stateDirectory == "/var/lib/tandem")
        #expect(configuration.controlSocket == "/run/tandem-agent/control.sock")
    }
}
