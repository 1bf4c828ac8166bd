package import AgentCore
package import ConfigurationSyntax
internal import Primitives

/// An agent's configuration as the file states it, whole and checked; there is no other way to get one.
package struct AgentConfiguration: Hashable, Sendable {
    /// Where the file is unless the command line names another.
    package static let defaultPath = "/etc/tandem/agent.yaml"
    /// Where the control socket is unless the file names another.
    package static let defaultControlSocket = "/run/tandem-agent/control.sock"

    /// What the agent works by.
    package var settings: AgentSettings
    /// The file with the private key.
    package var keyFile = "/etc/tandem/agent.key"
    /// The directory of what must survive a restart.
    package var stateDirectory = "/var/lib/tandem"
    /// The Unix socket of the control interface.
    package var controlSocket = defaultControlSocket
    /// How much is logged.
    package var logLevel = LogLevel.info

    init(settings: AgentSettings) {
        self.settings = settings
    }

    /// Reads and checks a file.
    package static func load(path: String = defaultPath) throws(ConfigurationError) -> AgentConfiguration {
        try parse(Source.read(path: path))
    }

    /// Checks a source; a pure function.
    package static func parse(_ source: Source) throws(ConfigurationError) -> AgentConfiguration {
        try Document.decode(source) { fields in
            let file = FileSource(&fields)
            file.check(fields.diagnostics)
            return fields.diagnostics.isEmpty ? file.configuration : nil
        }
    }
}
