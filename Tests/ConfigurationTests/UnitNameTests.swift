import AgentConfiguration
import AgentCore
import ConfigurationSyntax
import Testing

/// The names of units that `checks` in agent.yaml take.
@Suite struct `Names of units` {
    private static func source(_ name: String, _ more: String = "") -> Source {
        let text = """
            directors:
              - name: lb1
                fingerprint: "SHA256:1f2e3d4c5b6a7988012345670100000000000000000000000000000000000000"
            allowed_addresses: [192.0.2.96/28]
            checks: [{type: unit, unit: '\(name)'\(more)}]

            """
        return Source(name: "agent.yaml", text: text)
    }

    @Test(arguments: [
        "nginx.service", "php8.2-fpm.service", "web@1.service", "web@a@b.service", "-.mount", "init.scope",
        "dev-disk-by\\x2dlabel-data.swap", "multi-user.target", "a:b_c.socket",
        String(repeating: "n", count: 247) + ".service",
    ])
    func `what systemd loads is taken`(name: String) throws {
        let checks = try AgentConfiguration.parse(Self.source(name)).settings.checks
        #expect(checks == [LocalCheck(.unit(UnitCheck(unit: name)), fall: 1)])
    }

    @Test(arguments: [
        "nginx", "nginx.conf", ".service", "@1.service", "web@.service", "web server.service", "wéb.service",
        "/nginx.service", "nginx.service ", String(repeating: "n", count: 248) + ".service",
    ])
    func `what systemd would not load is refused where it is written`(name: String) {
        let found = BrokenConfigurationTests.diagnostics(of: Self.source(name))
        #expect(found.count == 1)
        #expect(found.first?.span?.line == 5)
        #expect(found.first?.span?.column == 29)
    }

    @Test func `a suffix that is misspelt is mended, and one that is missing is added`() {
        func suggestion(_ name: String) -> String? {
            BrokenConfigurationTests.diagnostics(of: Self.source(name)).first?.suggestion
        }
        #expect(suggestion("nginx.servcie") == "nginx.service")
        #expect(suggestion("nginx.Socket") == "nginx.socket")
        #expect(suggestion("php8.2-fpm") == "php8.2-fpm.service")
    }

    @Test func `what is written about repetitions counts`() throws {
        let checks = try AgentConfiguration.parse(Self.source("nginx.service", ", fall: 3, rise: 1")).settings.checks
        #expect(checks == [LocalCheck(.unit(UnitCheck(unit: "nginx.service")), fall: 3, rise: 1)])
    }
}
