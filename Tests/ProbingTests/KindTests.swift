import Checks
import Health
import Linux
import Primitives
import TestNetwork
import Testing

@testable import Probing

/// Probes of every kind against real servers in a namespace of their own.
@Suite(.serialized) struct `Probe kinds` {
    static func target(
        _ kind: ProbeKind,
        at address: IPAddress = Stage.real.address,
        port: UInt16 = 0,
        timeout: Interval = .milliseconds(400),
    ) -> ProbeTarget {
        var settings = ProbeSettings()
        settings.kind = kind
        settings.interval = .milliseconds(400)
        settings.fastInterval = .milliseconds(100)
        settings.timeout = timeout
        settings.fall = 2
        return ProbeTarget(settings.check(Endpoint(address: address, port: port)), settings)
    }

    static func http(_ path: String, tls: TLSExpectation? = nil, _ change: (inout HTTPExpectation) -> Void = { _ in })
        -> ProbeTarget
    {
        var expectation = HTTPExpectation()
        expectation.path = path
        expectation.tls = tls
        change(&expectation)
        return target(.http(expectation), port: tls == nil ? 8080 : 8443)
    }

    static func tls(_ change: (inout TLSExpectation) -> Void = { _ in }) -> TLSExpectation {
        var expectation = TLSExpectation()
        change(&expectation)
        return expectation
    }

    static func exchange(_ request: String, _ pattern: AnswerPattern? = nil) -> ByteExchange {
        ByteExchange(request: Array(request.utf8), pattern: pattern)
    }

    static func check(_ expectations: [(ProbeTarget, Reason)], with folder: String = "", on stage: Stage) throws {
        stage.demand(expectations.map(\.0))
        for (target, reason) in expectations { try stage.wait(for: target, reason, isLasting: true) }
    }

    @Test func `send and expect over TCP`() throws {
        try NetworkNamespace.run {
            let stage = try Stage()
            _ = try Servers.start(on: stage)
            try Self.check(
                [
                    (
                        Self.target(
                            .tcpExchange(Self.exchange("PING\r\n", .contains(Array("+PONG".utf8)))),
                            port: 6379
                        ), .passing
                    ),
                    (Self.target(.tcpExchange(Self.exchange("PING\r\n", .matches("^\\+P.NG"))), port: 6379), .passing),
                    (Self.target(.tcpExchange(Self.exchange("", .matches("^220 .*SMTP"))), port: 25), .passing),
                    (Self.target(.tcpExchange(Self.exchange("")), port: 25), .passing),
                    (Self.target(.tcpExchange(Self.exchange("x", .contains([1]))), port: 9998), .probeClosed),
                    (Self.target(.tcpExchange(Self.exchange("x")), port: 9999), .probeTimedOut),
                    (Self.target(.tcpExchange(Self.exchange("x")), port: 9997), .probeRefused),
                ],
                on: stage
            )
            stage.stop()
        }
    }

    @Test func `HTTP by status, fields and body`() throws {
        try NetworkNamespace.run {
            let stage = try Stage()
            _ = try Servers.start(on: stage)
            let fields = Self.http("/headers") {
                $0.host = "www.example.com"
                $0.fields = [HTTPExpectation.Field(name: "X-Probe", value: "tandem")]
                $0.pattern = .contains(Array("good".utf8))
            }
            try Self.check(
                [
                    (fields, .passing),
                    (Self.http("/headers") { $0.pattern = .contains(Array("good".utf8)) }, .probeUnexpectedAnswer),
                    (Self.http("/chunked") { $0.pattern = .matches("^all good$") }, .passing),
                    (Self.http("/none"), .probeStatusWrong),
                    (Self.http("/none") { $0.statuses = [503...503] }, .passing),
                    (Self.http("/half"), .probeClosed),
                    (Self.http("/slow"), .probeTimedOut),
                    (Self.http("/slow") { $0.maximumBody = 4 }, .passing),
                    (Self.http("/broken"), .probeUnexpectedAnswer),
                    (Self.http("/long"), .passing),
                    (Self.http("/long") { $0.pattern = .contains([1]) }, .probeUnexpectedAnswer),
                ],
                on: stage
            )
            let entry = try stage.wait(for: fields, .passing, isLasting: true)
            #expect(entry.lastPhases?.connected != nil)
            #expect(entry.lastPhases?.answered != nil)
            stage.stop()
        }
    }

    @Test func `TLS by handshake and certificate`() throws {
        try NetworkNamespace.run {
            let stage = try Stage()
            let folder = try Servers.start(on: stage)
            let named = Self.tls {
                $0.serverName = "www.example.com"
                $0.verification = .name
                $0.authorityFile = folder + "/cert.pem"
                $0.minimumDays = 20
            }
            let right = Self.http("/headers", tls: named) { $0.fields = [] }
            let plain = Self.target(.tls(Self.tls()), port: 8443)
            try Self.check(
                [
                    (plain, .passing),
                    (right, .passing),
                    (Self.target(.tls(Self.tls { $0.verification = .chain }), port: 8443), .probeHandshakeFailed),
                    (
                        Self.target(
                            .tls(
                                Self.tls {
                                    $0.serverName = "other.example.com"
                                    $0.verification = .name
                                    $0.authorityFile = folder + "/cert.pem"
                                }
                            ),
                            port: 8443
                        ), .probeHandshakeFailed
                    ),
                    (Self.target(.tls(Self.tls { $0.minimumDays = 40 }), port: 8443), .certificateExpiring),
                    (Self.target(.tls(Self.tls()), port: 25), .probeHandshakeFailed),
                    (Self.target(.tls(Self.tls()), port: 9999), .probeTimedOut),
                    (
                        Self.target(
                            .tls(
                                Self.tls {
                                    $0.authorityFile = "/nowhere"
                                    $0.verification = .chain
                                }
                            ),
                            port: 8443
                        ), .probeCouldNotRun
                    ),
                ],
                on: stage
            )
            let entry = try stage.wait(for: plain, .passing, isLasting: true)
            #expect((28...30).contains(entry.lastPhases?.certificateDaysLeft ?? 0))
            #expect(entry.lastPhases?.secured != nil)
            stage.stop()
        }
    }

    @Test func `datagrams, questions and echoes`() throws {
        try NetworkNamespace.run {
            let stage = try Stage()
            // Else the kernel tells of a closed port once a second at most (icmp(7)).
            try stage.server("sysctl -qw net.ipv4.icmp_ratelimit=0")
            _ = try Servers.start(on: stage)
            func dns(_ name: String, _ answer: String? = nil, port: UInt16 = 53) throws -> ProbeTarget {
                let name = try #require(DNSName(name))
                return Self.target(.dns(DNSExpectation(name: name, answer: answer)), port: port)
            }
            try Self.check(
                [
                    (Self.target(.udp(Self.exchange("you", .contains(Array("heard you".utf8)))), port: 7), .passing),
                    (Self.target(.udp(Self.exchange("you", .contains([1]))), port: 7), .probeUnexpectedAnswer),
                    (Self.target(.udp(Self.exchange("you")), port: 8), .probeRefused),
                    (try dns("WWW.example.com."), .passing),
                    (try dns("www.example.com", "192.0.2.100"), .passing),
                    (try dns("www.example.com", "192.0.2.101"), .probeUnexpectedAnswer),
                    (try dns("missing.example.com"), .probeUnexpectedAnswer),
                    (try dns("www.example.com", port: 54), .probeRefused),
                    (Self.target(.icmp), .passing),
                ],
                on: stage
            )
            try stage.server(
                "iptables -A INPUT -p icmp -j DROP 2>/dev/null || sysctl -qw net.ipv4.icmp_echo_ignore_all=1"
            )
            try stage.wait(for: Self.target(.icmp), .probeTimedOut)
            stage.stop()
        }
    }

    @Test func `a path that full-sized frames do not pass`() throws {
        try NetworkNamespace.run {
            let stage = try Stage()
            let target = Self.target(.icmpFullFrame)
            try Self.check([(target, .passing)], on: stage)
            try stage.server("ip link set server0 mtu 1400")
            try stage.wait(for: target, .pathMTUTooSmall)
            try stage.server("ip link set server0 mtu 1500")
            try stage.wait(for: target, .passing)
            stage.stop()
        }
    }

    @Test func `a router that says what does not fit is believed about the full-sized frame alone`() throws {
        try NetworkNamespace.run {
            let stage = try Stage()
            let far = IPAddress.v4(IPv4Address(198, 51, 100, 11))
            // What the real server forwards comes to nobody.
            try stage.server(
                "sysctl -qw net.ipv4.ip_forward=1 && ip link add far type veth peer name end && ip link set end up"
                    + " && ip link set far mtu 1400 up && ip route add 198.51.100.0/24 dev far"
                    + " && ip neighbour add \(far) lladdr 02:00:5e:00:00:01 dev far"
            )
            try NetworkNamespace.command("ip route add 198.51.100.0/24 via 192.0.2.11")
            let full = Self.target(.icmpFullFrame, at: far)
            let short = Self.target(.icmp, at: far)
            stage.demand([full, short])
            let entry = try stage.wait(for: full, .pathMTUTooSmall)
            #expect(
                entry.verdict.evidence == "a router on the way to 198.51.100.11 says that a frame is too long, "
                    + "and none of 1500 octets is answered"
            )
            // Its socket is told the same.
            try stage.wait(for: short, .probeTimedOut)
            stage.stop()
        }
    }

    @Test func `a way that begins with a smaller MTU is too small for full-sized frames`() throws {
        try NetworkNamespace.run {
            let stage = try Stage()
            try NetworkNamespace.command(
                "ip link add near type veth peer name end && ip link set end up && ip link set near mtu 1400 up"
                    + " && ip route add 198.51.100.0/24 dev near"
            )
            let target = Self.target(.icmpFullFrame, at: .v4(IPv4Address(198, 51, 100, 11)))
            stage.demand([target])
            let entry = try stage.wait(for: target, .pathMTUTooSmall)
            let expected = "1500 octets are too many for the interface by which 198.51.100.11 is reached"
            #expect(entry.verdict.evidence == expected)
            stage.stop()
        }
    }

    @Test func `a command has no capability, no endless output and no endless time`() throws {
        try NetworkNamespace.run {
            let stage = try Stage()
            func shell(_ text: String, timeout: Interval = .milliseconds(400)) -> ProbeTarget {
                Self.target(
                    .command(CommandCheck(arguments: ["/bin/sh", "-c", text, "check", "{address}", "{port}"])),
                    port: 80,
                    timeout: timeout
                )
            }
            let powerless = shell(
                "grep '^Cap' /proc/self/status | grep -Ev 'CapBnd' | grep -qv 0000000000000000 && exit 1; exit 0"
            )
            let told = shell("echo $1 $2; exit 3")
            try Self.check(
                [
                    (powerless, .passing),
                    (told, .commandFailed),
                    (shell("head -c 1000000 /dev/zero; exit 0"), .passing),
                    (shell("sleep 100 & sleep 100"), .probeTimedOut),
                    (shell("kill -9 $$"), .commandFailed),
                    (Self.target(.command(CommandCheck(arguments: ["/nowhere/check"]))), .probeCouldNotRun),
                ],
                on: stage
            )
            let entry = try stage.wait(for: told, .commandFailed, isLasting: true)
            #expect(entry.verdict.evidence == "/bin/sh gave exit status 3: 192.0.2.11 80")
            stage.stop()
        }
    }

    @Test(arguments: ["sleep 0.2", "sleep 100"])
    func `commands beyond those that may run at once wait for their turn`(others: String) throws {
        try NetworkNamespace.run {
            let stage = try Stage()
            func target(_ number: Int, _ text: String) -> ProbeTarget {
                let words = ["/bin/sh", "-c", text, "check", "\(number)"]
                return Self.target(.command(CommandCheck(arguments: words)), port: 80, timeout: .seconds(2))
            }
            let many = (0..<CommandAttempt.limit).map { target($0, others) }
            let late = (0..<CommandAttempt.limit / 2).map { target($0, "exit 0") }
            stage.demand(many + late)
            for target in late { try stage.wait(for: target, .passing, isLasting: true) }
            stage.stop()
        }
    }

    @Test func `an own source address that is not there makes the result unknown`() throws {
        try NetworkNamespace.run {
            let stage = try Stage()
            var settings = ProbeSettings()
            settings.source = .v4(IPv4Address(192, 0, 2, 99))
            let target = ProbeTarget(settings.check(Stage.real), settings)
            try Self.check([(target, .probeCouldNotRun)], on: stage)
            try NetworkNamespace.command("ip address add 192.0.2.99/24 dev eth0")
            try stage.wait(for: target, .passing)
            stage.stop()
        }
    }
}
