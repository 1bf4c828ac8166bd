package import DirectorCore
internal import Health

/// A director's status as numbers for a monitoring system.
package enum DirectorMetrics {
    typealias Labels = [(name: String, value: String)]

    /// Writes every metric, by the names that the manual page lists: they never change their meaning.
    package static func render(_ status: ClusterStatus) -> String {
        var text = MetricsText()
        text.begin("tandem_info", .gauge, "The director and its version.")
        text.add([("director", status.director), ("version", status.version)], 1.0)
        text.begin("tandem_configuration_generation", .gauge, "1 for the configuration of the start, 1 more a reload.")
        text.add([], status.configurationGeneration)
        text.begin("tandem_troubles", .gauge, "What the director's own threads were refused.")
        text.add([], UInt64(status.troubles.count))
        routers(status.routers, into: &text)
        election(status.election, into: &text)
        services(status.services, into: &text)
        destinations(status.services, into: &text)
        realServers(status.realServers, into: &text)
        probes(status.probes, into: &text)
        if let dataplane = status.dataplane { kernel(dataplane, into: &text) }
        if let peer = status.peer { self.peer(peer, into: &text) }
        return text.text
    }

    static func seconds(milliseconds: Int64) -> Double { Double(milliseconds) / 1_000 }

    static func seconds(microseconds: Int64) -> Double { Double(microseconds) / 1_000_000 }
}
