internal import AgentProtocol
internal import ArgumentParser
internal import Balancing
internal import Dataplane
internal import DirectorConfiguration
internal import DirectorCore
internal import Linux
internal import Telemetry

/// `tandem-director plan`: what `run` would change in the kernel now.
struct PlanCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "plan",
        abstract: "Prints what run would change in the kernel now, and changes nothing.",
        discussion: """
            Weights of destinations that the kernel has stay as they are, because only a running director knows the \
            health of the real servers; so do the roles of sync daemons, which follow the election. Exit status 0 whether or not there is something to change.
            """,
    )

    @OptionGroup var file: ConfigurationOption

    func run() throws {
        let configuration = try file.load()
        do {
            let found = try Dataplane.dryRun(DataplaneSettings(configuration), desired: Self.desired(configuration))
            for planned in found.plan.operations { print("\(planned.operation) (\(planned.reason.rawValue))") }
            for planned in found.sync.operations { print("\(planned.operation) (\(planned.reason.rawValue))") }
            for daemon in found.sync.foreign { print("not ours, so not touched: \(daemon)") }
            let findings = found.findings.filter { $0.outcome != .absent }
            for finding in findings {
                let verb = finding.outcome == .reported ? "advice, left to you: set" : "set"
                print("\(verb) \(finding.name) from \(finding.found) to \(finding.expected)")
            }
            let isConverged = found.plan.isConverged && found.sync.operations.isEmpty
            if isConverged, findings.allSatisfy({ $0.outcome == .reported }) { print("nothing to change") }
        } catch {
            StandardError.print("tandem-director: \(error)")
            throw ExitCode(1)
        }
    }

    /// What the core wishes at its start, when it knows nothing of anybody's health.
    private static func desired(_ configuration: DirectorConfiguration) -> DesiredTable {
        var core = ClusterCore(seed: 0)
        let started = ClusterEvent.started(
            configuration.cluster,
            bootIdentifier: BootIdentifier(high: 0, low: 0),
            programVersion: Version.text,
        )
        for effect in core.handle(started, at: Clock.now) {
            if case .desire(let table) = effect { return table }
        }
        return DesiredTable(services: [], ownAddresses: [])
    }
}
