internal import ArgumentParser
internal import Control

/// `tandem-director undrain`: ends a drain or maintenance.
struct UndrainCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "undrain",
        abstract: "Ends a drain or maintenance that an operator ordered; health decides again.",
    )

    @OptionGroup var options: OrderOptions

    func run() throws {
        try options.ask(.withdraw(realServer: options.node, service: options.service, isWeight: false))
    }
}
