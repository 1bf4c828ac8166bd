internal import ArgumentParser
internal import Control
internal import ControlSocket
internal import DirectorConfiguration
internal import ServiceManager

/// `tandem-director prepare-restart`: the next stop is the beginning of a start.
struct PrepareRestartCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "prepare-restart",
        abstract: "Says that the director is about to be stopped and started again, and keeps the virtual addresses.",
        discussion: """
            If the director stops within 30 seconds, it tells its peers to wait and leaves the addresses where they are; \
            the next process goes on with them. The unit runs it before every stop with --if-restarting, which does \
            nothing unless systemd is working on a restart of the unit.
            """,
    )

    @OptionGroup var file: ConfigurationOption

    @Option(help: "The director's control socket; the configuration's if absent.")
    var socket: String?

    @Option(help: "Do nothing unless systemd has a restart of this unit under way.", transform: { $0 })
    var ifRestarting: String?

    func run() throws {
        if let ifRestarting, ServiceJob.type(ofUnit: ifRestarting)?.contains("restart") != true { return }
        // With a file that is refused the director would not come back: the addresses go to the other one instead.
        let path = try socket ?? file.load().controlSocket
        do throws(ControlError) {
            print(try ControlClient(path: path).ask(ControlRequest.prepareRestart, for: String.self))
        } catch {
            StandardError.print("tandem-director: \(error)")
            throw ExitCode(1)
        }
    }
}
