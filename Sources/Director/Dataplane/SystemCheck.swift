package import DirectorCore
internal import Linux
internal import SystemPackage

/// Checks what a direct-routing director needs of the machine besides IPVS.
package enum SystemCheck {
    /// Checks and repairs all kernel parameters, and says what was wrong; with `dryRun` nothing is written.
    package static func run(
        _ settings: DataplaneSettings,
        servesUDP: Bool = false,
        dryRun: Bool = false,
    ) -> [SystemFinding] {
        var findings = SystemParameter.all(settings, servesUDP: servesUDP).compactMap { $0.check(dryRun: dryRun) }
        findings += settings.interfaces.compactMap { largeReceiveOffload($0) }
        return findings
    }

    /// With ip_forward=0 the kernel leaves large receive offload on, and IPVS then drops merged frames beyond the MTU.
    private static func largeReceiveOffload(_ name: String) -> SystemFinding? {
        do {
            let interface = try Interface.named(name)
            guard try interface.hasLargeReceiveOffload() else { return nil }
        } catch {
            // A driver that cannot say has none; an interface that is missing shows in its parameters.
            return nil
        }
        return SystemFinding(
            name: "\(name) large-receive-offload",
            expected: "off",
            found: "on",
            outcome: .reported,
            isAdvisory: true,
        )
    }
}
