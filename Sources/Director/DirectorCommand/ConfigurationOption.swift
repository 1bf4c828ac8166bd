internal import ArgumentParser
internal import ConfigurationSyntax
internal import DirectorConfiguration

/// The option that names the configuration file.
struct ConfigurationOption: ParsableArguments {
    @Option(name: [.customLong("config"), .short], help: "The configuration file.")
    var config = DirectorConfiguration.defaultPath

    /// Reads the file, or prints every problem with its place and exits with status 2.
    func load() throws -> DirectorConfiguration {
        do {
            return try .load(path: config)
        } catch {
            StandardError.print("\(error)")
            throw ExitCode(2)
        }
    }
}
