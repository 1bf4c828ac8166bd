internal import ArgumentParser

/// `tandem-agent check`: says whether a configuration is right.
struct CheckCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check",
        abstract: "Check the configuration; exit status 0 or 2.",
    )

    @OptionGroup var options: ConfigurationOption
    @Argument(help: "The configuration file, if it is not the one of --config.")
    var file: String?

    func run() throws {
        var source = options
        if let file { source.file = file }
        _ = try source.load()
        print("\(source.file): ok")
    }
}
