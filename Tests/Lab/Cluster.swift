import CLab
import Glibc
import Primitives

/// The tutorial's cluster: two directors, three web nodes and a client on one LAN, one virtual address.
final class Cluster {
    let fabric: Fabric
    let frames: FrameWitness
    let tables: [TableWitness]
    /// How long the takeovers after a power cut took, in milliseconds, by whose directors they were.
    var takeovers: [Scenario.Directors: [Double]] = [:]
    /// What became of the incidents, by their names and whose directors they were played with.
    var incidents: [String: [Scenario.Directors: Outcome]] = [:]
    /// The spans in which a web node was deliberately made to answer ARP.
    var exemptions: [(host: String, from: MonotonicInstant, to: MonotonicInstant)] = []
    let client: Host
    let directors: [Host]
    let realServers: [Host]
    /// Deliberately wrong, the control of the capture: it never gets an ARP sysctl.
    let rogue: Host
    let virtualAddress = IPv4Address(192, 168, 10, 100)
    let port: UInt16 = 80
    /// The virtual service as ipvsadm takes it.
    var virtualEndpoint: String { "\(virtualAddress):\(port)" }
    let captureFile = "/run/tandem-lab/lan.pcap"
    let programs: Programs
    /// How often the load client sends; emulation manages about 25 requests a second with time to spare.
    let requestInterval = Interval.milliseconds(40)
    private(set) var webServers: [String: ChildProcess] = [:]
    private(set) var agents: [String: ChildProcess] = [:]
    private(set) var directorProcesses: [String: ChildProcess] = [:]
    private(set) var kind: Scenario.Directors?
    private var capture: ChildProcess?

    /// Makes the hosts and the witnesses; nothing runs on the hosts yet.
    init(_ programs: Programs) throws {
        self.programs = programs
        fabric = try Fabric([
            ("client", IPv4Address(192, 168, 10, 10)),
            ("lb1", IPv4Address(192, 168, 10, 21)),
            ("lb2", IPv4Address(192, 168, 10, 22)),
            ("web1", IPv4Address(192, 168, 10, 31)),
            ("web2", IPv4Address(192, 168, 10, 32)),
            ("web3", IPv4Address(192, 168, 10, 33)),
            ("rogue", IPv4Address(192, 168, 10, 66)),
        ])
        client = fabric.hosts[0]
        directors = Array(fabric.hosts[1...2])
        realServers = Array(fabric.hosts[3...5])
        rogue = fabric.hosts[6]
        for kind in [LongConnection.Kind.download, .file] {
            try File.write("/run/tandem-lab\(kind.path)", (0..<kind.size).map { LongConnection.octet(at: $0) })
        }
        let capturing = now()
        frames = try FrameWitness(fabric)
        tables = try directors.map { try TableWitness($0) }
        let file = captureFile
        unlink(file)
        // Another filter, such as "tcp", is for looking into something by hand.
        let words = getenv("TANDEM_LAB_FILTER").map { String(cString: $0) } ?? "arp or ip proto 112"
        let filter =
            ["-U", "-n", "-i", "lan", "-s", "256", "-w", file] + words.split(separator: " ").map { String($0) }
        capture = try ChildProcess(
            "tcpdump",
            ["tcpdump", "-Z", "root"] + filter,
            in: fabric.namespace,
            directory: "/run/tandem-lab"
        )
        // The file gets its header when tcpdump has opened the bridge.
        guard wait(.seconds(20), until: { (File.read(file)?.utf8.count ?? 0) > 0 }) else {
            throw LabError(
                "tcpdump did not start after \(now() - capturing): \(capture?.lastLines() ?? "")"
            )
        }
    }

    /// Ends every process and witness, and copies the capture to where both sides see it.
    func tearDown() {
        for host in fabric.hosts { host.killAll() }
        frames.stop()
        for table in tables { table.stop() }
        capture?.signal(SIGTERM)
        capture?.awaitExit(.seconds(5))
        capture = nil
        if let out = getenv("TANDEM_LAB_OUT").map({ String(cString: $0) }) {
            _ = try? Command.run(
                "sh",
                "-c",
                "cd /run/tandem-lab && cp --parents *.pcap */*.log */*.yaml */*.conf \(out) 2>/dev/null"
            )
        }
    }

    /// Everything that the capture file holds so far, in tshark's words: time, sender's MAC, operation and ARP sender.
    func capturedClaims() throws -> [String] {
        let text = try Command.run(
            "tshark",
            "-r",
            captureFile,
            "-Y",
            "arp.src.proto_ipv4 == \(virtualAddress)",
            "-T",
            "fields",
            "-e",
            "frame.time_epoch",
            "-e",
            "eth.src",
        )
        return text.split(separator: "\n").map { String($0) }.filter { $0.contains("02:00:00") }
    }

    /// The host by its name.
    func host(_ name: String) throws -> Host {
        guard let host = fabric.hosts.first(where: { $0.name == name }) else {
            throw LabError("no host \(name)")
        }
        return host
    }

    // MARK: Web servers

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

    // MARK: Agents and directors

    /// A program of ours with the niceness that its unit gives it.
    private static func asInUnit(_ arguments: [String]) -> [String] { ["nice", "-n", "-10"] + arguments }

    /// Starts the agent of a web node and waits for READY=1.
    func startAgent(_ host: Host, awaitReady: Bool = true) throws {
        let process = try host.start(
            "agent",
            Cluster.asInUnit([programs.agent, "run", "--config", "\(host.directory)/agent.yaml"])
        )
        agents[host.name] = process
        if awaitReady { try process.awaitReady(.seconds(20)) }
    }

    /// Starts a director and, if wanted, waits for READY=1.
    func startDirector(_ host: Host, awaitReady: Bool = true) throws {
        let process: ChildProcess
        if kind == .keepalived {
            process = try host.start("keepalived", Keepalived.arguments(host))
        } else {
            let configuration = "\(host.directory)/director.yaml"
            process = try host.start(
                "director",
                Cluster.asInUnit([programs.director, "run", "--config", configuration])
            )
        }
        directorProcesses[host.name] = process
        if awaitReady, kind != .keepalived { try process.awaitReady(.seconds(20)) }
    }

    /// The running process of a director.
    func director(_ host: Host) throws -> ChildProcess {
        guard let process = directorProcesses[host.name] else {
            throw LabError("no director on \(host.name)")
        }
        return process
    }

    /// Stops a director with SIGTERM and waits for its end.
    @discardableResult
    func stopDirector(_ host: Host) throws -> Int32 {
        let process = try director(host)
        process.signal(SIGTERM)
        guard let status = process.awaitExit(.seconds(10)) else {
            throw LabError("the director of \(host.name) ignores SIGTERM; its threads:\n\(process.threads())")
        }
        return status
    }

    /// Kills a director with SIGKILL, and does what its unit does then.
    func killDirector(_ host: Host, result: String) throws {
        let process = try director(host)
        process.killGroup()
        process.awaitExit(.seconds(5))
        try afterDirector(host, result: result)
    }

    /// What systemd runs after a director has ended: ExecStopPost= of the unit, with the unit's result.
    func afterDirector(_ host: Host, result: String) throws {
        let words = [programs.director, "release-addresses", "--unless-restarting"]
        let post = try host.namespace.perform {
            try Command.output(
                words + ["--config", "\(host.directory)/director.yaml"],
                environment: ["SERVICE_RESULT": result]
            )
        }
        guard post.status == 0 else { throw LabError("release-addresses: status \(post.status): \(post.text)") }
    }

    /// Restarts a director as `systemctl restart` does: ExecStop= of the unit comes first.
    func restartDirector(_ host: Host) throws {
        let prepared = try directorCommand(host, "prepare-restart", "--config", "\(host.directory)/director.yaml")
        guard prepared.status == 0 else { throw LabError("prepare-restart: \(prepared.text)") }
        try stopDirector(host)
        try afterDirector(host, result: "success")
        try startDirector(host)
    }

    /// The running process of an agent.
    func agent(_ host: Host) throws -> ChildProcess {
        guard let process = agents[host.name] else { throw LabError("no agent on \(host.name)") }
        return process
    }

    /// Cuts a host's cable and kills all of its processes; gives the instant of the cut.
    func powerOff(_ host: Host) throws -> MonotonicInstant {
        let instant = now()
        try fabric.unplug(host)
        host.killAll()
        webServers[host.name] = nil
        agents[host.name] = nil
        directorProcesses[host.name] = nil
        return instant
    }

    /// A host that was without power comes back with an empty kernel: no VIP, no services, sysctls as at boot.
    func powerOn(_ host: Host) throws {
        try host.run("ipvsadm", "-C")
        if try host.has(virtualAddress, on: "eth0") {
            try host.run("ip", "address", "flush", "dev", "eth0", "to", "\(virtualAddress)/32")
        }
        if try Host.usesVirtualMAC && host.bears(virtualAddress) {
            try host.run("ip", "link", "delete", try host.virtualAddressLink())
        }
        try fabric.plug(host)
    }

    /// Runs one of the programs' commands on a director and gives what it printed.
    func directorCommand(_ host: Host, _ arguments: String...) throws -> (text: String, status: Int32) {
        try host.namespace.perform { try Command.output([programs.director] + arguments) }
    }

    /// Runs the agent's program with other arguments.
    func agentCommand(_ host: Host, _ arguments: String...) throws -> (text: String, status: Int32) {
        try host.namespace.perform { try Command.output([programs.agent] + arguments) }
    }

    /// The arguments that point a command at a director's control socket.
    func socket(_ host: Host) -> String { "\(host.directory)/control.sock" }

    /// Powers a director on again and starts its program.
    func bringBack(_ host: Host) throws {
        try powerOn(host)
        try startDirector(host)
    }

    // MARK: Starting whole

    /// Starts everything, with one or the other kind of director.
    func start(_ kind: Scenario.Directors) throws {
        for host in fabric.hosts { host.killAll() }
        try fabric.heal()
        for host in directors + realServers { try powerOn(host) }
        self.kind = kind
        for host in realServers { try startWebServer(host) }
        try awaitWebServers(realServers)
        switch kind {
        case .tandem:
            for host in realServers { try releaseByHand(host) }
            try Configuration.write(self)
            for host in realServers { try startAgent(host, awaitReady: false) }
            for host in realServers { try agent(host).awaitReady(.seconds(30)) }
        case .keepalived:
            for host in realServers { try prepareByHand(host) }
            for host in directors { try Keepalived.write(self, host) }
        }
        for host in directors { try startDirector(host, awaitReady: false) }
        if kind == .tandem { for host in directors { try director(host).awaitReady(.seconds(30)) } }
    }

    /// What an administrator's script does on a web node: the ARP sysctls, then the VIP on lo.
    func prepareByHand(_ host: Host) throws {
        try host.setSysctl("net/ipv4/conf/all/arp_ignore", "1")
        try host.setSysctl("net/ipv4/conf/all/arp_announce", "2")
        if try !host.has(virtualAddress, on: "lo") {
            try host.run("ip", "address", "add", "\(virtualAddress)/32", "dev", "lo", "scope", "host")
        }
    }

    /// Takes back what `prepareByHand` or an earlier agent left.
    func releaseByHand(_ host: Host) throws {
        try host.run("ip", "address", "flush", "dev", "lo", "to", "\(virtualAddress)/32")
        try host.setSysctl("net/ipv4/conf/all/arp_ignore", "0")
        try host.setSysctl("net/ipv4/conf/all/arp_announce", "0")
    }

    // MARK: Judging

    /// Whether the whole cluster is as its configuration wants it: lb1 active, all weights 1 on both, requests answered.
    func settle(_ limit: Interval = .seconds(30)) throws {
        var reason = "nothing looked at"
        let isSettled = try wait(limit, every: .milliseconds(20)) {
            let problem = try unsettled()
            reason = problem ?? ""
            return problem == nil
        }
        guard isSettled else { throw LabError("the cluster did not settle in \(limit): \(reason)") }
    }

    /// Why the cluster is not as wanted, nil when it is.
    func unsettled() throws -> String? {
        for (host, table) in zip(directors, tables) {
            guard let service = table.current.service(virtualAddress, port) else {
                return "no service on \(host.name)"
            }
            let wanted = realServers.map(\.address)
            guard service.destinations.map(\.address) == wanted else {
                return "destinations of \(host.name) differ"
            }
            guard service.destinations.allSatisfy({ $0.weight == 1 }) else {
                return "weights of \(host.name): \(service.destinations.map(\.weight))"
            }
        }
        let recent = frames.last(before: now()) { $0.isAdvertisement }
        guard let recent, recent.from == "lb1", now() - recent.at < .milliseconds(400) else {
            return "lb1 is not the one that advertises (\(recent?.from ?? "nobody") is)"
        }
        guard try directors[0].bears(virtualAddress) else {
            return "lb1 does not hold the VIP"
        }
        guard try !directors[1].bears(virtualAddress) else { return "lb2 holds the VIP too" }
        let request = try client.namespace.perform { LoadClient.single(virtualAddress) }
        return request.cause.map { "a request: \($0)" }
    }

    /// When both directors' tables first gave a destination this weight since an instant: the later of the two.
    func bothShow(weight: Int, of host: Host, since: MonotonicInstant, limit: Interval)
        -> MonotonicInstant?
    {
        wait(limit) {
            let times = tables.compactMap { table in
                table.first(since: since) {
                    $0.weight(of: host.address, in: virtualAddress, port) == weight
                }
            }
            return times.count == tables.count ? times.max() : nil
        }
    }

    /// The first gratuitous ARP for the VIP that a host sends since an instant.
    func announcement(by host: Host, since: MonotonicInstant, limit: Interval) -> CapturedFrame? {
        wait(limit) {
            frames.first(since: since) { $0.from == host.name && $0.announces(virtualAddress) }
        }
    }

    /// Waits until a director alone holds the VIP and has advertised since an instant; false when that does not come.
    func awaitHolder(_ host: Host, since: MonotonicInstant, limit: Interval) -> Bool {
        wait(limit, every: .milliseconds(10)) {
            guard let last = frames.last(before: now(), where: { $0.isAdvertisement }), last.at >= since else {
                return false
            }
            return last.from == host.name && (last.priority ?? 0) > 0
                && directors.allSatisfy { director in
                    (try? director.bears(virtualAddress)) == (director === host)
                }
        }
    }

    /// Runs a body while the client sends requests, and for a while after it, and gives what became of them all.
    func underLoad(andFor rest: Interval = .milliseconds(1_200), _ body: () throws -> Void) throws -> Load {
        let load = try LoadClient(from: client, to: virtualAddress, every: requestInterval)
        defer { load.stop() }
        nap(.milliseconds(400))
        try body()
        // A client whose first SYN was lost sends its second after a second.
        nap(rest)
        return Load(requests: load.awaitEnd())
    }

    /// One request from the client to the VIP.
    func probe() throws -> Request {
        try client.namespace.perform { LoadClient.single(virtualAddress) }
    }
}
