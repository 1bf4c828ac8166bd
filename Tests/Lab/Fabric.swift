import CLab
import Glibc
import Primitives

/// The cluster's LAN: a bridge in a namespace of its own, and the hosts plugged into it.
final class Fabric {
    let namespace: NetworkNamespace
    /// Where its own files are, and its hosts' directories.
    let directory: String
    private let namespaces: [String]
    private(set) var hosts: [Host] = []
    /// The hosts' names by the index of their bridge ports.
    private(set) var ports: [Int32: String] = [:]

    /// Makes the bridge and the hosts, in place of any that an earlier run left.
    ///
    /// Names of namespaces and of files are the machine's, all others a namespace's: LANs that are there at the same
    /// time each have a label.
    init(
        _ plan: [(name: String, address: IPv4Address)],
        label: String? = nil,
        hasIPv6: Bool = false,
    ) throws {
        let prefix = label.map { "lab-\($0)-" } ?? "lab-"
        directory = label.map { "/run/tandem-lab/\($0)" } ?? "/run/tandem-lab"
        File.makeDirectory(directory)
        namespaces = (["fabric"] + plan.map(\.name)).map { prefix + $0 }
        for name in namespaces where access("/run/netns/\(name)", F_OK) == 0 {
            try Command.run("ip", "netns", "delete", name)
        }
        var batch = namespaces.map { "netns add \($0)" }
        var links: [String] = ["link set lo up", "link set lan up promisc on"]
        for (number, host) in plan.enumerated() {
            let mac = Fabric.mac(host.address)
            batch.append("link add cable\(number) type veth peer name wall\(number)")
            batch.append("link set cable\(number) netns \(prefix)\(host.name) name eth0 address \(mac)")
            batch.append("link set wall\(number) netns \(prefix)fabric name to-\(host.name)")
            links.append("link set to-\(host.name) master lan up")
        }
        try Fabric.apply(batch)
        namespace = try NetworkNamespace("\(prefix)fabric")
        try namespace.perform {
            try Fabric.apply(
                ["link add lan type bridge stp_state 0 mcast_snooping 0 forward_delay 0"] + links
            )
        }
        for host in plan {
            let made = try Host(
                host.name,
                host.address,
                in: prefix + host.name,
                directory: "\(directory)/\(host.name)"
            )
            try made.namespace.perform {
                for scope in ["all", "default", "eth0"] where hasIPv6 {
                    try File.write("/proc/sys/net/ipv6/conf/\(scope)/accept_dad", "0")
                }
                try Fabric.apply([
                    "link set lo up", "link set eth0 up", "address add \(host.address)/24 dev eth0",
                ])
                // As in the tutorial, nothing here has IPv6, and no duplicate address detection delays anything.
                if !hasIPv6 { try File.write("/proc/sys/net/ipv6/conf/all/disable_ipv6", "1") }
            }
            hosts.append(made)
        }
        ports = try namespace.perform {
            Dictionary(uniqueKeysWithValues: hosts.map { (clab_link_index($0.port), $0.name) })
        }
    }

    /// The MAC address that the fabric gives a host: the last octet of its IPv4 address is visible in it.
    static func mac(_ address: IPv4Address) -> String {
        let last = String(address.rawValue & 0xff, radix: 16)
        return "02:00:00:00:00:" + (last.count < 2 ? "0" + last : last)
    }

    private static func apply(_ batch: [String]) throws {
        let path = "/run/tandem-lab/batch"
        try File.write(path, batch.joined(separator: "\n") + "\n")
        try Command.run("ip", "-batch", path)
    }

    /// Takes the names of its namespaces away, each of which goes with the last process in it.
    func remove() {
        for name in namespaces { _ = try? Command.run("ip", "netns", "delete", name) }
    }

    /// Pulls a host's cable; the host sees its carrier go.
    func unplug(_ host: Host) throws {
        try setPort(host, false)
    }

    /// Plugs a host's cable in again.
    func plug(_ host: Host) throws {
        try setPort(host, true)
    }

    private func setPort(_ host: Host, _ isUp: Bool) throws {
        try namespace.perform {
            guard clab_set_link(host.port, isUp ? 1 : 0) == 0 else {
                throw LabError("\(host.port): \(systemError())")
            }
        }
    }

    /// Lets no frame pass between two hosts, whose links stay up; gives the instant before.
    @discardableResult
    func partition(_ one: Host, _ other: Host) throws -> MonotonicInstant {
        try drop([.between(one, other), .between(other, one)])
    }

    /// Drops frames on their way through the bridge, until `heal`; gives the instant before.
    ///
    /// It takes an emulated processor 100 ms to begin a program. That is over when the program opens what it is to read,
    /// and in nobody's figure.
    @discardableResult
    func drop(_ losses: [Loss]) throws -> MonotonicInstant {
        let rules = losses.map { "add rule bridge lab forward \($0.match) drop" }
        let script =
            ["add table bridge lab", "add chain bridge lab forward { type filter hook forward priority 0; }"] + rules
        let path = "\(directory)/losses"
        unlink(path)
        guard mkfifo(path, 0o600) == 0 else { throw LabError("\(path): \(systemError())") }
        let program = try ChildProcess("nft", ["nft", "-f", path], in: namespace, directory: directory)
        var pipe: Int32 = -1
        let isReading = wait(.seconds(20), every: .milliseconds(1)) {
            pipe = open(path, O_WRONLY | O_NONBLOCK | O_CLOEXEC)
            return pipe >= 0 || !program.isRunning
        }
        guard isReading, pipe >= 0 else { throw LabError("nft does not read:\n\(program.lastLines())") }
        let instant = now()
        let text = Array((script.joined(separator: "\n") + "\n").utf8)
        let count = write(pipe, text, text.count)
        close(pipe)
        guard count == text.count, program.awaitExit(.seconds(20)) == 0 else {
            throw LabError("nft:\n\(program.lastLines())")
        }
        return instant
    }

    /// Lets everything pass again.
    func heal() throws {
        try namespace.perform { _ = try Command.run("nft", "flush", "ruleset") }
    }
}
