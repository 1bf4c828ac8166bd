import Glibc
import Primitives

/// The web servers of its nodes.
extension Cluster {
    /// Starts nginx with two workers; it answers with its host's name.
    func startWebServer(_ host: Host, port: UInt16 = 80, onlyAt address: IPv4Address? = nil) throws {
        let directory = "\(host.directory)/nginx"
        File.makeDirectory(directory)
        let temporary = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"]
            .map { "\($0)_temp_path \(directory)/\($0);" }.joined(separator: " ")
        try File.write(
            "\(directory)/nginx.conf",
            """
            user root;
            daemon off;
            worker_processes 2;
            # Told to quit it would wait a minute for a client whose request was lost.
            worker_shutdown_timeout 5s;
            pid \(directory)/nginx.pid;
            error_log \(directory)/error.log;
            events { worker_connections 512; }
            http {
                access_log off; \(temporary)
                keepalive_timeout 0;
                server {
                    listen \(address.map { "\($0):" } ?? "")\(port);
                    default_type text/plain;
                    add_header X-Server \(host.name);
                    if (-f \(sickness(of: host))) { return 500; }
                    location / { return 200 "\(host.name)\\n"; }
                    location /stream { keepalive_timeout 1h; keepalive_requests 1000000; return 200 "\(host.name)\\n"; }
                    location /download { root /run/tandem-lab; limit_rate 16k; }
                    location /file { root /run/tandem-lab; limit_rate 16k; }
                }
            }

            """
        )
        let arguments = [
            "nginx", "-e", "\(directory)/error.log", "-p", directory, "-c", "\(directory)/nginx.conf",
        ]
        unlink(sickness(of: host))
        webServers[host.name] = try host.start("nginx", arguments)
    }

    /// The file that makes a host's web server answer everything with status 500.
    func sickness(of host: Host) -> String { "\(host.directory)/sick" }

    /// Waits until the web servers answer at their real addresses.
    func awaitWebServers(_ hosts: [Host]) throws {
        for host in hosts {
            let answers = try wait(.seconds(20), every: .milliseconds(20)) {
                try client.namespace.perform { LoadClient.single(host.address).server == host.name }
            }
            guard answers else { throw LabError("nginx on \(host.name) does not answer") }
        }
    }

    /// Kills a web server's whole process group with SIGKILL and gives the instant just before.
    func killWebServer(_ host: Host) throws -> MonotonicInstant {
        guard let process = webServers.removeValue(forKey: host.name) else {
            throw LabError("no web server on \(host.name)")
        }
        let instant = now()
        process.killGroup()
        return instant
    }
}
