internal import ArgumentParser
internal import Control
internal import ControlSocket
internal import DirectorCore

/// `tandem-director metrics`: the status as numbers for a monitoring system.
struct MetricsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "metrics",
        abstract: "Prints the status as metrics in Prometheus' text format.",
    )

    @OptionGroup var director: ControlSocketOption

    func run() throws {
        let client = try director.client()
        do throws(ControlError) {
            let status = try client.ask(ControlRequest.status, for: ClusterStatus.self)
            print(DirectorMetrics.render(status), terminator: "")
        } catch {
            StandardError.print("tandem-director: \(error)")
            throw ExitCode(1)
        }
    }
}
