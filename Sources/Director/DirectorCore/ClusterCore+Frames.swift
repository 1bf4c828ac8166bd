import Health
import Primitives

/// Whether full-sized frames reach the real servers, as the clients' do.
///
/// A bulk transfer stalls where they do not, while every check of a service passes. It is named, and takes nobody out of
/// service: requests are short, and a node that answers no echo requests at all says nothing.
extension ClusterCore {
    /// How full frames are sent: a path's MTU changes when somebody changes it.
    private static var frameProbe: ProbeSettings {
        var settings = ProbeSettings()
        settings.kind = .icmpFullFrame
        (settings.interval, settings.fastInterval, settings.timeout) = (.seconds(10), .seconds(1), .seconds(1))
        return settings
    }

    /// The real servers that are sent full frames: those whose direct-routing path is probed for any service.
    static func frameTargets(_ settings: ClusterSettings) -> [(realServer: String, target: ProbeTarget)] {
        let used = Set(settings.services.filter(\.directPathProbe).flatMap(\.members).map(\.realServer))
        return settings.realServers.filter { used.contains($0.name) }.map { server in
            (server.name, ProbeTarget(frameProbe.check(Endpoint(address: server.address, port: 0)), frameProbe))
        }
    }

    /// Finds the real servers that full frames do not reach, and says when that begins and ends.
    mutating func followFrames(_ settings: ClusterSettings) {
        var found: [String: String] = [:]
        for (server, target) in Self.frameTargets(settings) {
            guard let verdict = probes[target]?.verdict else { continue }
            switch (verdict.state, verdict.reason) {
            case (.down, .pathMTUTooSmall): found[server] = verdict.evidence
            case (.unknown, _): found[server] = narrowPaths[server]
            case (.up, _), (.down, _): break
            }
        }
        for server in Set(found.keys).symmetricDifference(narrowPaths.keys).sorted() {
            let evidence = found[server]
            logs.append(
                StatusChange(
                    .reachability(director: settings.directorName, realServer: server),
                    from: evidence == nil ? "short frames alone" : "reached",
                    to: evidence == nil ? "reached" : "short frames alone",
                    evidence == nil ? .reachableAgain : .pathMTUTooSmall,
                    evidence: evidence ?? "",
                    level: evidence == nil ? .notice : .warning,
                )
            )
        }
        narrowPaths = found
    }
}
