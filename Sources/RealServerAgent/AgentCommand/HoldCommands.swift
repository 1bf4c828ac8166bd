internal import AgentConfiguration
internal import AgentCore
internal import AgentHost
internal import ArgumentParser
internal import ControlSocket
internal import Primitives

/// What the three commands that hold the node back have in common.
protocol HoldCommand: ParsableCommand {
    var options: ConfigurationOption { get }
    static var hold: NodeHold { get }
}

extension HoldCommand {
    func run() throws {
        let configuration = try options.load()
        do {
            let client = ControlClient(path: configuration.controlSocket)
            let result = try client.ask(ControlRequest.hold(Self.hold), for: HoldResult.self, timeout: .seconds(5))
            print(try ControlJSON.text(result))
        } catch {
            Terminal.complain("tandem-agent: \(error)")
            throw ExitCode.failure
        }
    }
}

/// `tandem-agent drain`: no new connections, until `resume`.
struct DrainCommand: HoldCommand {
    static let configuration = CommandConfiguration(
        commandName: "drain",
        abstract: "Ask for no new connections; the present ones go on.",
        discussion: "It holds until \"tandem-agent resume\", over restarts and reboots.",
    )
    static var hold: NodeHold { .drain }

    @OptionGroup var options: ConfigurationOption
}

/// `tandem-agent maintenance`: out of service, until `resume`.
struct MaintenanceCommand: HoldCommand {
    static let configuration = CommandConfiguration(
        commandName: "maintenance",
        abstract: "Take the node out of service.",
        discussion: "It holds until \"tandem-agent resume\", over restarts and reboots.",
    )
    static var hold: NodeHold { .maintenance }

    @OptionGroup var options: ConfigurationOption
}

/// `tandem-agent resume`: back to service after `drain` or `maintenance`.
struct ResumeCommand: HoldCommand {
    static let configuration = CommandConfiguration(
        commandName: "resume",
        abstract: "Take new connections again after drain or maintenance.",
    )
    static var hold: NodeHold { .none }

    @OptionGroup var options: ConfigurationOption
}
