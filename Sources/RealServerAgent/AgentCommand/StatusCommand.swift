internal import AgentConfiguration
internal import AgentCore
internal import AgentHost
internal import ArgumentParser
internal import ControlSocket
internal import Primitives

/// `tandem-agent status`: what the agent knows, for people or as JSON.
struct StatusCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "status",
        abstract: "Show what the node holds, what is true of it, and what the directors do with it.",
    )

    @OptionGroup var agent: ControlSocketOption
    @Flag(help: "Print one line of JSON.")
    var json = false

    func run() throws {
        let client = try agent.target().client
        do {
            let status = try client.ask(ControlRequest.status, for: AgentStatus.self, timeout: .seconds(5))
            print(json ? try ControlJSON.text(status) : StatusTable(status).text)
        } catch {
            Terminal.complain("tandem-agent: \(error)")
            throw ExitCode.failure
        }
    }
}
