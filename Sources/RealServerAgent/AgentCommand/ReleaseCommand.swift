internal import AgentConfiguration
internal import AgentCore
internal import AgentHost
internal import ArgumentParser
internal import ControlSocket
internal import Primitives

/// `tandem-agent release`: drains the node and takes its virtual addresses off.
struct ReleaseCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "release",
        abstract: "Drain the node, wait for its connections to end, and remove the virtual addresses.",
        discussion: "The node stays released until the agent is restarted.",
    )

    @OptionGroup var agent: ControlSocketOption
    @Option(help: "How many seconds to wait for connections to end; the configuration's drain_deadline otherwise.")
    var deadline: Int?

    func validate() throws {
        guard (0...ControlRequest.longestDeadline).contains(deadline ?? 0) else {
            throw ValidationError("The deadline is between 0 and \(ControlRequest.longestDeadline) seconds.")
        }
    }

    func run() throws {
        let target = try agent.target()
        let limit = deadline.map { Interval.seconds(Int64($0)) }
        let patience = (limit ?? target.drainDeadline) + .seconds(10)
        let result: ReleaseResult
        do {
            let request = ControlRequest.release(deadline: deadline)
            result = try target.client.ask(request, for: ReleaseResult.self, timeout: patience)
            print(try ControlJSON.text(result))
        } catch {
            Terminal.complain("tandem-agent: \(error)")
            throw ExitCode.failure
        }
        guard result.released else {
            Terminal.complain("tandem-agent: the virtual addresses could not be removed; the journal says why")
            throw ExitCode(3)
        }
    }
}
