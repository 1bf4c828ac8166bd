internal import ArgumentParser
internal import Telemetry

/// The director's command line.
@main
struct DirectorCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "tandem-director",
        abstract: "Elects the owner of virtual addresses and balances connections over real servers.",
        version: "tandem-director \(Version.text)",
        subcommands: [
            RunCommand.self, CheckCommand.self, PlanCommand.self, StatusCommand.self, MetricsCommand.self,
            ConnectionsCommand.self, DrainCommand.self, UndrainCommand.self, MaintenanceCommand.self,
            WeightCommand.self,
            KeygenCommand.self, ReleaseAddressesCommand.self, FailoverCommand.self,
            PrepareRestartCommand.self,
        ],
    )
}
