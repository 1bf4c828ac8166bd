internal import AgentProtocol
internal import ArgumentParser
internal import ConfigurationSyntax
internal import DirectorConfiguration
internal import DirectorCore
internal import Election
internal import Glibc
internal import Linux
internal import Logging
internal import SecureTransport
internal import Telemetry

/// `tandem-director run`: the director itself.
struct RunCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "run",
        abstract: "Runs the director in the foreground, as systemd does.",
    )

    @OptionGroup var file: ConfigurationOption

    func run() throws {
        AmbientCapabilities.clear()
        var configuration = try file.load()
        let level = Logger.Level(rawValue: configuration.logLevel.rawValue) ?? .info
        let logger = LogOutput.logger(label: "tandem-director", level: level)
        do {
            let identity = try IdentityKey(contentsOf: configuration.keyFile)
            // Before any thread: they inherit the mask, and the loop alone reads the signals.
            let signals = try SignalSource(signals: [SIGTERM, SIGINT, SIGHUP])
            signal(SIGPIPE, SIG_IGN)
            // What the process before this one has left on purpose is taken up at once, and once.
            let record = RestartRecord(stateDirectory: configuration.stateDirectory)
            configuration.election.resumes = record.read(at: Clock.now)
            record.remove()
            DeathRecord(stateDirectory: configuration.stateDirectory).forgetStop()
            let inbox = try DirectorInbox()
            let threads = try DirectorThreads(configuration, identity: identity, inbox: inbox)
            var random = SystemRandomNumberGenerator()
            let boot = BootIdentifier(high: random.next(), low: random.next())
            var loop = try DirectorLoop(
                configuration,
                path: file.config,
                threads: threads,
                inbox: inbox,
                signals: signals,
                logger: logger,
                seed: random.next(),
            )
            try loop.run(
                .started(configuration.cluster, bootIdentifier: boot, programVersion: Version.text)
            )
        } catch let error as IdentityKeyError {
            StandardError.print("tandem-director: \(error)")
            throw ExitCode(2)
        } catch {
            logger.critical("the director cannot run", metadata: ["error": "\(error)"])
            throw ExitCode(1)
        }
    }
}
