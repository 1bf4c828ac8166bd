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
    var webServers: [String: ChildProcess] = [:]
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
}
