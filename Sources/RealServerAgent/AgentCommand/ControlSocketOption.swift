internal import AgentConfiguration
internal import AgentCore
internal import AgentHost
internal import ArgumentParser
internal import ControlSocket
internal import Glibc
internal import Primitives

/// Which running agent is asked.
struct ControlSocketOption: ParsableArguments {
    /// The agent, and how long it waits for connections to end where nothing else is said.
    struct Target {
        var client: ControlClient
        var drainDeadline: Interval
    }

    @OptionGroup var file: ConfigurationOption

    @Option(help: "The agent's control socket; the configuration's if absent.")
    var socket: String?

    /// The agent.
    ///
    /// A file that is just being edited keeps nobody from the agent that runs by the last one, least of all the unit
    /// that drains the node before a reboot: it is asked where it listens by default. Not so where another file was
    /// named, which may be another agent's.
    func target() throws -> Target {
        // How long the agent waits is its own affair then; systemd's patience is shorter.
        let longest = Interval.seconds(Int64(ControlRequest.longestDeadline))
        if let socket { return Target(client: ControlClient(path: socket), drainDeadline: longest) }
        do {
            let configuration = try file.load()
            let client = ControlClient(path: configuration.controlSocket)
            return Target(client: client, drainDeadline: configuration.settings.drainDeadline)
        } catch {
            let usual = AgentConfiguration.defaultControlSocket
            guard file.file == AgentConfiguration.defaultPath, access(usual, F_OK) == 0 else { throw error }
            Terminal.complain("tandem-agent: the file is refused; asking the agent at \(usual)")
            return Target(client: ControlClient(path: usual), drainDeadline: longest)
        }
    }
}
