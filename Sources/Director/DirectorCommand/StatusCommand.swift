internal import ArgumentParser
internal import Control
internal import ControlSocket
internal import DirectorConfiguration
internal import DirectorCore

/// `tandem-director status`: how everything stands.
struct StatusCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "status",
        abstract: "Shows routers, services and real servers: state, reason, evidence and age of each.",
    )

    @OptionGroup var director: ControlSocketOption

    @Flag(help: "Print JSON.")
    var json = false

    func run() throws {
        let client = try director.client()
        do throws(ControlError) {
            let status = try client.ask(ControlRequest.status, for: ClusterStatus.self)
            print(json ? try Self.text(status) : StatusTable.render(status))
        } catch {
            StandardError.print("tandem-director: \(error)")
            throw ExitCode(1)
        }
    }

    private static func text(_ status: ClusterStatus) throws(ControlError) -> String {
        do throws(ControlJSON.Failure) {
            return try ControlJSON.text(status, pretty: true)
        } catch {
            preconditionFailure("a status can be encoded: \(error)")
        }
    }
}
