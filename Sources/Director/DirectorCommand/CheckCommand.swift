internal import ArgumentParser
internal import DirectorConfiguration
internal import DirectorCore

/// `tandem-director check`: says whether a configuration is right.
struct CheckCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check",
        abstract: "Checks a configuration: exit status 0 if it is right, 2 with every problem's place if not.",
    )

    @Argument(help: "The configuration file.")
    var file = DirectorConfiguration.defaultPath

    func run() throws {
        do {
            let found = try DirectorConfiguration.load(path: file)
            let (routers, services) = (found.election.routers.count, found.cluster.services.count)
            print(
                "\(file): right: \(routers) virtual router(s), \(services) service(s), "
                    + "\(found.cluster.realServers.count) real server(s)"
            )
        } catch {
            StandardError.print("\(error)")
            throw ExitCode(2)
        }
    }
}
