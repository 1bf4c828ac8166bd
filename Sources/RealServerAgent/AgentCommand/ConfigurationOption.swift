internal import AgentConfiguration
internal import ArgumentParser
internal import ConfigurationSyntax
internal import Glibc

/// Where the configuration is, for every command.
struct ConfigurationOption: ParsableArguments {
    @Option(name: [.customLong("config"), .customShort("c")], help: "The configuration file.")
    var file = AgentConfiguration.defaultPath

    /// Reads the file; a bad one is told whole and ends the program with status 2.
    func load() throws -> AgentConfiguration {
        do throws(ConfigurationError) {
            return try AgentConfiguration.load(path: file)
        } catch {
            Terminal.complain("\(error)")
            throw ExitCode(2)
        }
    }
}
