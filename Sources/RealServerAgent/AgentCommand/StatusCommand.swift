internal import AgentConfiguration
internal import AgentCore
internal import AgentHost
internal import ArgumentParser
internal import FoundationEssentials
internal import Primitives

/// `tandem-agent status`: what the agent knows, for people or as JSON.
struct StatusCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "status",
        abstract: "Show what the node holds, what is true of it, and what the directors do with it.",
    )

    @OptionGroup var options: ConfigurationOption
    @Flag(help: "Print one line of JSON.")
    var json = false

    func run() throws {
        let configuration = try options.load()
        let answer: String
        do throws(HostError) {
            answer = try ControlClient.ask(.status, path: configuration.controlSocket, timeout: .seconds(5))
        } catch {
            Terminal.complain("tandem-agent does not answer: \(error)")
            throw ExitCode.failure
        }
        guard !json else {
            print(answer)
            return
        }
        guard let status = try? JSONDecoder().decode(AgentStatus.self, from: Data(answer.utf8)) else {
            Terminal.complain("the agent's answer is of another version: \(answer)")
            throw ExitCode.failure
        }
        print(StatusTable(status).text)
    }
}
