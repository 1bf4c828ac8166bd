internal import ArgumentParser
internal import Control
internal import ControlSocket
internal import DirectorConfiguration

/// `tandem-director failover`: the other director takes over.
struct FailoverCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "failover",
        abstract: "Moves virtual routers to the other director, without a request lost.",
        discussion: """
            Works on either director: whoever holds the virtual router hands it over. Without a name it moves all that \
            this director holds, or if it holds none, all that the other one holds. The successor must be ready: same \
            configuration, health known, kernel converged, connections synchronized. What was moved stays until it is \
            moved again or the director that has it fails.
            """,
    )

    @OptionGroup var director: ControlSocketOption

    @Flag(help: "Move though the successor is not ready, as long as its interface can be used.")
    var force = false

    @Argument(help: "A virtual router's name; all if absent.")
    var router: String?

    func run() throws {
        let client = try director.client()
        do throws(ControlError) {
            print(
                try client.ask(
                    ControlRequest.failover(router: router, isForced: force),
                    for: String.self
                )
            )
        } catch {
            StandardError.print("tandem-director: \(error)")
            throw ExitCode(1)
        }
    }
}
