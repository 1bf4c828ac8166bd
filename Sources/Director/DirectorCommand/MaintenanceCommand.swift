internal import ArgumentParser
internal import Control

/// `tandem-director maintenance`: a real server is out of service, whatever its health.
struct MaintenanceCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "maintenance",
        abstract: "Takes a real server out of service until undrain or --for ends it.",
    )

    @OptionGroup var options: OrderOptions
    @OptionGroup var terms: OrderTerms

    func run() throws {
        var request = OrderRequest(realServer: options.node, service: options.service, action: .maintenance)
        try terms.apply(to: &request)
        try options.ask(.order(request))
    }
}
