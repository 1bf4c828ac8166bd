internal import ArgumentParser
internal import Control

/// `tandem-director weight`: another weight than the configuration's.
struct WeightCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "weight",
        abstract: "Gives a real server another weight than the configuration's while it serves.",
    )

    @OptionGroup var options: OrderOptions
    @OptionGroup var terms: OrderTerms

    @Argument(help: "The weight, 0 to 65535, or default for the configuration's.")
    var weight: String

    func run() throws {
        guard weight != "default" else {
            try options.ask(.withdraw(realServer: options.node, service: options.service, isWeight: true))
            return
        }
        guard let number = Int(weight), (0...65_535).contains(number) else {
            throw ValidationError("\"\(weight)\" is no weight; it is a number from 0 to 65535, or default")
        }
        var request = OrderRequest(realServer: options.node, service: options.service, action: .weight)
        try terms.apply(to: &request)
        request.weight = number
        try options.ask(.order(request))
    }
}
