import Glibc
import Primitives

/// Debian's keepalived with settings equal to Tandem's: the baseline that a takeover is compared with.
enum Keepalived {
    /// Writes the configuration of one director; its check is one of TCP, or of HTTP where the service says `http`.
    static func write(_ cluster: Cluster, _ host: Host, service: String = "") throws {
        let isHTTP = service.contains("http")
        let isFirst = host === cluster.directors.first
        var lines = [
            "global_defs { vrrp_version 3", "enable_script_security", "script_user root",
            "checker_log_all_failures true }",
            "vrrp_instance main {",
            "  state BACKUP", "  interface eth0", "  virtual_router_id 51",
            "  priority \(isFirst ? 110 : 100)",
            "  advert_int 0.1", "  virtual_ipaddress { \(cluster.virtualAddress)/24 dev eth0 }",
            "}",
            "virtual_server \(cluster.virtualAddress) \(cluster.port) {",
            "  delay_loop \(isHTTP ? "0.5" : "0.2")",
            "  lb_algo rr", "  lb_kind DR", "  protocol TCP", "  inhibit_on_failure",
        ]
        for node in cluster.realServers {
            lines.append("  real_server \(node.address) \(cluster.port) {")
            lines += [
                "    weight 1", "    inhibit_on_failure", isHTTP ? "    HTTP_GET {" : "    TCP_CHECK {",
                isHTTP ? "      url { path / \n status_code 200 }" : "",
                "      connect_timeout \(isHTTP ? "0.5" : "0.2")",
            ]
            lines += ["      retry 2", "      delay_before_retry 0.2", "    }", "  }"]
        }
        lines.append("}")
        try File.write("\(host.directory)/keepalived.conf", lines.joined(separator: "\n") + "\n")
    }

    /// How keepalived is started in the foreground with files of its own.
    static func arguments(_ host: Host) -> [String] {
        let files = ["-p", "pid", "-r", "vrrp.pid", "-c", "checkers.pid"]
            .map { $0.hasPrefix("-") ? $0 : "\(host.directory)/\($0)" }
        // A power cut leaves them behind, and by now another process may bear the number.
        for file in files where !file.hasPrefix("-") { unlink(file) }
        return ["keepalived", "-n", "-l", "-D", "-f", "\(host.directory)/keepalived.conf"] + files
    }
}
