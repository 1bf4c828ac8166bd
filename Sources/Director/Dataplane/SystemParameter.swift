internal import Balancing
internal import DirectorCore
internal import Linux
internal import SystemPackage

/// A kernel parameter that a direct-routing director needs at a value.
struct SystemParameter: Hashable, Sendable {
    /// The path under /proc/sys.
    var path: String
    /// The value.
    var expected: String
    /// Whether the director works without it.
    var isAdvisory = false
    /// Whether a wrong value is repaired.
    var isRepaired = true

    /// All parameters, in the order in which they are checked.
    static func all(_ settings: DataplaneSettings, servesUDP: Bool) -> [SystemParameter] {
        // ip_forward comes first: changing it resets other parameters (ip-sysctl.rst).
        var parameters = [
            SystemParameter(
                path: "net/ipv4/ip_forward",
                expected: "0",
                isAdvisory: true,
                isRepaired: settings.disablesForwarding,
            )
        ]
        // The interface's own value counts together with that of all; default is what later interfaces begin with.
        for scope in ["all", "default"] + settings.interfaces {
            parameters.append(SystemParameter(path: "net/ipv4/conf/\(scope)/send_redirects", expected: "0"))
        }
        // An address that lingers on the loopback interface after a handover is answered for by nobody.
        for name in settings.interfaces {
            parameters.append(
                SystemParameter(path: "net/ipv4/conf/\(name)/arp_ignore", expected: "1", isAdvisory: true)
            )
        }
        // A persistence template must not send new connections to a destination of weight 0.
        parameters.append(SystemParameter(path: "net/ipv4/vs/expire_quiescent_template", expected: "1"))
        // The next datagram of a client whose real server was removed goes to another one. Without UDP it stays as it is:
        // a TCP connection survives that somebody removes a destination by mistake, and the next look brings it back.
        if servesUDP { parameters.append(SystemParameter(path: "net/ipv4/vs/expire_nodest_conn", expected: "1")) }
        if let sync = settings.connectionSync { parameters += connectionSync(sync) }
        if let sloppy = settings.sloppyTCP {
            parameters.append(SystemParameter(path: "net/ipv4/vs/sloppy_tcp", expected: sloppy ? "1" : "0"))
        }
        // A client that reuses a port of a finished connection is scheduled anew. With direct routing that is one in
        // FIN_WAIT, the last state that a director sees (Documentation/networking/ipvs-sysctl.rst): with 1 it would be
        // sent where the old one went, for two minutes, though that real server has been drained and is gone.
        parameters.append(SystemParameter(path: "net/ipv4/vs/conn_reuse_mode", expected: "2", isAdvisory: true))
        return parameters
    }

    /// What the sync daemons need (Documentation/networking/ipvs-sysctl.rst).
    private static func connectionSync(_ sync: ConnectionSyncSettings) -> [SystemParameter] {
        [
            SystemParameter(path: "net/ipv4/vs/sync_version", expected: "1"),
            SystemParameter(path: "net/ipv4/vs/sync_ports", expected: "\(sync.ports)"),
            // Told of at its first packet, then every 10 s while it is in use. A period of packets instead of 0 would
            // keep a slow connection unknown to a backup that was started after it.
            SystemParameter(path: "net/ipv4/vs/sync_threshold", expected: "3\t0"),
            SystemParameter(path: "net/ipv4/vs/sync_refresh_period", expected: "10"),
            // Messages are lost: a new connection is told of three times more.
            SystemParameter(path: "net/ipv4/vs/sync_retries", expected: "3"),
            SystemParameter(path: "net/ipv4/vs/backup_only", expected: sync.isBackupOnly ? "1" : "0"),
        ]
    }

    /// Reads the parameter, repairs it where that is allowed, and says what was wrong, if anything.
    ///
    /// With `dryRun` nothing is written.
    func check(dryRun: Bool) -> SystemFinding? {
        func finding(_ found: String, _ outcome: SystemFinding.Outcome) -> SystemFinding {
            SystemFinding(name: path, expected: expected, found: found, outcome: outcome, isAdvisory: isAdvisory)
        }
        let found: String
        do {
            found = try Sysctl.read(path)
        } catch {
            return finding("\(error)", error == .noSuchFileOrDirectory ? .absent : .refused)
        }
        guard found != expected else { return nil }
        guard isRepaired else { return finding(found, .reported) }
        if dryRun { return finding(found, .planned) }
        do {
            try Sysctl.write(path, expected)
            return finding(found, try Sysctl.read(path) == expected ? .repaired : .refused)
        } catch {
            return finding("\(found) (\(error))", .refused)
        }
    }
}
