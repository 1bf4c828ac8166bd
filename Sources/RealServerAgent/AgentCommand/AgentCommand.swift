internal import ArgumentParser
internal import Telemetry

/// The agent of one web node.
@main
struct AgentCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "tandem-agent",
        abstract: "Makes a web node a correct, silent, truthful real server of LVS direct routing.",
        version: "tandem-agent \(Version.text)",
        subcommands: [
            RunCommand.self, CheckCommand.self, KeygenCommand.self, StatusCommand.self, DrainCommand.self,
            MaintenanceCommand.self, ResumeCommand.self, ReleaseCommand.self,
        ],
    )
}
