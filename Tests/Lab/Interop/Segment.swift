import Glibc
import Primitives

/// Two routers and a client on one LAN without real servers: what an election needs, on any kernel.
final class Segment {
    let fabric: Fabric
    let frames: FrameWitness
    let client: Host
    /// Where Tandem runs, and where its peer runs.
    let hosts: [Host]
    let programs: Programs
    private var capture: ChildProcess?

    /// Makes the LAN; those that are there at the same time each have a label.
    init(_ programs: Programs, label: String? = nil) throws {
        self.programs = programs
        fabric = try Fabric(
            [
                ("client", IPv4Address(192, 168, 10, 10)),
                ("lb1", IPv4Address(192, 168, 10, 21)),
                ("lb2", IPv4Address(192, 168, 10, 22)),
            ],
            label: label,
            hasIPv6: true
        )
        client = fabric.hosts[0]
        hosts = Array(fabric.hosts[1...2])
        frames = try FrameWitness(fabric)
        for host in hosts { _ = try Command.run("sh", "-c", "rm -f \(host.directory)/*.log") }
        try client.setSysctl("net/ipv4/ping_group_range", "0 2147483647")
    }

    /// Ends everything.
    func tearDown() {
        for host in fabric.hosts { host.killAll() }
        frames.stop()
        endCapture()
    }

    /// Writes what passes the bridge into a file, from the moment on when this returns.
    func beginCapture(_ file: String, of filter: String = "ip proto 112 or ip6 proto 112 or arp or icmp6") throws {
        unlink(file)
        let process = try ChildProcess(
            "tcpdump",
            ["tcpdump", "-Z", "root", "-U", "-n", "-i", "lan", "-w", file] + [filter],
            in: fabric.namespace,
            directory: fabric.directory
        )
        capture = process
        guard wait(.seconds(20), until: { (File.read(file)?.utf8.count ?? 0) > 0 }) else {
            throw LabError("tcpdump did not start: \(process.lastLines())")
        }
    }

    /// Ends the capture, whose file is then whole.
    func endCapture() {
        capture?.signal(SIGTERM)
        capture?.awaitExit(.seconds(5))
        capture = nil
    }

    /// Waits until a host advertises and the other has been silent for three intervals; nil when that does not come.
    ///
    /// Gives its first advertisement since the instant.
    func leader(_ host: Host, since: MonotonicInstant, _ setup: RouterSetup, limit: Interval) -> CapturedFrame? {
        let isFirst = { (frame: CapturedFrame) in
            frame.from == host.name && (frame.priority ?? 0) > 0
        }
        guard let first = wait(limit, until: { frames.first(since: since, where: isFirst) }) else { return nil }
        let isSettled = wait(limit) {
            let last = frames.last(before: now()) { $0.isAdvertisement && $0.from != host.name }
            let quiet = now() - (last?.at ?? first.at) > setup.interval * 3
            let own = frames.last(before: now(), where: isFirst)
            return quiet && own.map { now() - $0.at < setup.interval * 2 } ?? false
        }
        return isSettled ? first : nil
    }
}
