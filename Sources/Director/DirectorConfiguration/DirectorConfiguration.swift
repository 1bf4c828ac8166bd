package import Balancing
package import ConfigurationSyntax
package import DirectorCore

/// A director's configuration as the file states it, whole and checked; there is no other way to get one.
package struct DirectorConfiguration: Hashable, Sendable {
    /// Where the file is unless the command line names another.
    package static let defaultPath = "/etc/tandem/director.yaml"
    /// Where the control socket is unless the file names another.
    package static let defaultControlSocket = "/run/tandem-director/control.sock"

    /// What happens to the kernel's services when the director stops.
    package enum StopAction: String, Hashable, Sendable, CaseIterable {
        /// They stay, so that the restarted director finds them.
        case keep
        /// Those on addresses of this configuration are removed.
        case clear
    }

    /// What the director does about `net.ipv4.ip_forward`.
    package enum ForwardingPolicy: String, Hashable, Sendable, CaseIterable {
        /// It is set to 0, which direct routing does not need.
        case disable
        /// It is left alone, because something else on the machine routes.
        case keep
    }

    /// This director's name.
    package var name: String
    /// The interface of the LAN with the clients' router and the real servers.
    package var interface: String
    /// The file with the private key.
    package var keyFile = "/etc/tandem/director.key"
    /// The Unix socket of the control interface.
    package var controlSocket = defaultControlSocket
    /// The directory of what must survive a restart.
    package var stateDirectory = "/var/lib/tandem-director"
    /// What happens to the kernel's services at stop.
    package var stopAction = StopAction.keep
    /// What happens to `net.ipv4.ip_forward`.
    package var forwardingPolicy = ForwardingPolicy.disable
    /// How connections are synchronized, if they are.
    package var connectionSync: ConnectionSyncSettings?
    /// What `net.ipv4.vs.sloppy_tcp` is set to; nothing where it is left alone.
    package var sloppyTCP: Bool?
    /// How much is logged.
    package var logLevel = LogLevel.info
    /// The other director, if there is one.
    package var peer: PeerSettings.Peer?
    /// The virtual routers.
    package var election: ElectionSettings
    /// The real servers and services.
    package var cluster: ClusterSettings

    init(name: String, interface: String, election: ElectionSettings, cluster: ClusterSettings) {
        self.name = name
        self.interface = interface
        self.election = election
        self.cluster = cluster
    }

    /// Reads and checks a file, and the files with secrets that it names unless they do not matter.
    package static func load(
        path: String = defaultPath,
        readsSecrets: Bool = true,
    ) throws(ConfigurationError) -> DirectorConfiguration {
        try decode(Source.read(path: path), readsSecrets ? SecretReader() : nil)
    }

    /// Checks a source without looking for the files with secrets; a pure function.
    package static func parse(_ source: Source) throws(ConfigurationError) -> DirectorConfiguration {
        try decode(source, nil)
    }

    private static func decode(
        _ source: Source,
        _ secrets: SecretReader?,
    ) throws(ConfigurationError) -> DirectorConfiguration {
        try Document.decode(source) { fields in
            var file = FileSource(&fields)
            file.check(fields.diagnostics)
            if let secrets { file.readSecrets(secrets, fields.diagnostics) }
            return fields.diagnostics.isEmpty ? file.configuration : nil
        }
    }
}
