internal import AgentConfiguration
internal import AgentCore
internal import AgentHost
internal import ArgumentParser
internal import ConfigurationSyntax
internal import Glibc
internal import Linux
internal import Logging
internal import SecureTransport
internal import Telemetry

/// `tandem-agent run`: the agent itself.
struct RunCommand: ParsableCommand {
    static let configuration = CommandConfiguration(commandName: "run", abstract: "Run the agent.")

    @OptionGroup var options: ConfigurationOption

    func run() throws {
        AmbientCapabilities.clear()
        let configuration = try options.load()
        let level = Logger.Level(rawValue: configuration.logLevel.rawValue) ?? .info
        let logger = LogOutput.logger(label: "tandem-agent", level: level)
        let key: IdentityKey
        do throws(IdentityKeyError) {
            key = try IdentityKey(contentsOf: configuration.keyFile)
        } catch {
            Terminal.complain("\(error); `tandem-agent keygen` makes a key")
            throw ExitCode(2)
        }
        do {
            // Before any other thread starts, so that all of them leave the signals to the loop.
            let signals = try SignalSource(signals: [SIGTERM, SIGINT, SIGHUP])
            _ = signal(SIGPIPE, SIG_IGN)
            var loop = try AgentLoop(
                configuration: configuration,
                file: options.file,
                key: key,
                signals: signals,
                logger: logger,
            )
            try loop.run()
        } catch {
            logger.error("the agent cannot go on", metadata: ["reason": "\(error)"])
            throw ExitCode.failure
        }
    }
}
