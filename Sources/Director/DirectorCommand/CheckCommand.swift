internal import ArgumentParser
internal import DirectorConfiguration
internal import DirectorCore

/// `tandem-director check`: says whether a configuration is right.
struct CheckCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check",
        abstract: "Checks a configuration: exit status 0 if it is right, 2 with every problem's place if not.",
    )

    @OptionGroup var options: ConfigurationOption

    @Argument(help: "The configuration file, if it is not the one of --config.")
    var file: String?

    func run() throws {
        var source = options
        if let file { source.config = file }
        let found = try source.load()
        let (routers, services) = (found.election.routers.count, found.cluster.services.count)
        print(
            "\(source.config): right: \(routers) virtual router(s), \(services) service(s), "
                + "\(found.cluster.realServers.count) real server(s)"
        )
    }
}
