internal import ArgumentParser
internal import ControlSocket
internal import IPVS

/// `tandem-director connections`: the kernel's connection table, as `ipvsadm -Lnc` shows it.
struct ConnectionsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "connections",
        abstract: "Shows the kernel's connection table, as `ipvsadm -Lnc` does.",
    )

    @Flag(help: "Print JSON.")
    var json = false

    func run() throws {
        do {
            let table = try ConnectionTable.read()
            print(json ? try ControlJSON.text(table, pretty: true) : table.text)
            if table.isTruncated { StandardError.print("tandem-director: the table is longer than what is shown") }
        } catch {
            StandardError.print("tandem-director: cannot read the connection table: \(error)")
            throw ExitCode(1)
        }
    }
}
