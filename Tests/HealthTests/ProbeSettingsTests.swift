import Checks
import Primitives
import Testing

@testable import Health

@Suite struct `Probe settings` {
    private static func checks(_ kind: ProbeKind, port: UInt16? = nil) -> Set<ProbeCheck> {
        var settings = ProbeSettings()
        settings.kind = kind
        settings.port = port
        let address = IPAddress.v4(IPv4Address(192, 0, 2, 11))
        return Set([80, 443, 8_080].map { settings.check(Endpoint(address: address, port: $0)) })
    }

    @Test func `ask each service's own port of a real server, or the one port that they name`() {
        #expect(Self.checks(.tcp).count == 3)
        #expect(Self.checks(.tcp, port: 9_000).count == 1)
    }

    @Test func `share what asks no port among all services of a real server`() {
        #expect(Self.checks(.icmp).count == 1)
        #expect(Self.checks(.icmpFullFrame).count == 1)
        #expect(Self.checks(.command(CommandCheck(arguments: ["/bin/check", "{address}"]))).count == 1)
        #expect(Self.checks(.command(CommandCheck(arguments: ["/bin/check", "{address}", "{port}"]))).count == 3)
    }

    @Test func `name no port that is not asked`() {
        #expect(Self.checks(.icmp).first?.description == "icmp 192.0.2.11")
        let command = ProbeKind.command(CommandCheck(arguments: ["/bin/check", "{address}"]))
        #expect(Self.checks(command).first?.description == "command /bin/check for 192.0.2.11")
    }

    @Test func `a command's arguments may have the server's address and port anywhere`() throws {
        let endpoint = try #require(Endpoint("192.0.2.11:8080"))
        let check = CommandCheck(arguments: ["/usr/bin/curl", "http://{address}:{port}/health", "{address}", "{x}"])
        #expect(check.usesPort)
        #expect(check.vector(for: endpoint) == ["/usr/bin/curl", "http://192.0.2.11:8080/health", "192.0.2.11", "{x}"])
        #expect(!CommandCheck(arguments: ["/bin/true", "{address}"]).usesPort)
    }
}
