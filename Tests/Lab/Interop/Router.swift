import CLab
import Glibc
import Primitives

/// A host of the segment that takes part in the election.
final class Router {
    let implementation: Implementation
    let host: Host
    let setup: RouterSetup
    var priority: Int
    /// Further lines of a director's virtual router.
    var extra: [String] = []
    /// Further lines of a director's file.
    var general: [String] = []
    private let peer: Host
    private let programs: Programs
    private(set) var processes: [ChildProcess] = []

    init(
        _ implementation: Implementation,
        on host: Host,
        peer: Host,
        _ setup: RouterSetup,
        priority: Int,
        _ programs: Programs,
    ) {
        (self.implementation, self.host, self.peer, self.setup) = (implementation, host, peer, setup)
        (self.priority, self.programs) = (priority, programs)
    }

    /// Writes the configuration and starts.
    func start() throws {
        try implementation.write(self, peer: peer, programs: programs)
        processes = try implementation.start(self, programs: programs)
    }

    /// Makes the directors of two routers each other's peers, by the lines of their files.
    static func link(_ routers: [Router], _ programs: Programs) throws {
        for (router, other) in zip(routers, routers.reversed()) {
            let fingerprint = try Configuration.key(programs.director, other.host)
            let (name, address) = (other.host.name, other.host.address)
            router.general = ["peer: {name: \(name), address: \(address), fingerprint: \"\(fingerprint)\"}"]
        }
    }

    /// Reads the configuration anew with another priority.
    func reload(priority: Int) throws {
        self.priority = priority
        try implementation.write(self, peer: peer, programs: programs)
        processes.last?.signal(SIGHUP)
    }

    /// Stops as the service manager does; gives the instant before.
    @discardableResult
    func stop() throws -> MonotonicInstant {
        let instant = now()
        for process in processes.reversed() {
            process.signal(SIGTERM)
            guard process.awaitExit(.seconds(10)) != nil else {
                throw LabError("\(process.name) ignores SIGTERM; its threads:\n\(process.threads())")
            }
        }
        processes = []
        return instant
    }

    /// Cuts the cable and kills; gives the instant of the cut.
    func powerOff(_ fabric: Fabric) throws -> MonotonicInstant {
        let instant = now()
        try fabric.unplug(host)
        host.killAll()
        processes = []
        return instant
    }

    /// Plugs the cable in with the kernel as at boot.
    func powerOn(_ fabric: Fabric) throws {
        for prefix in setup.prefixes {
            _ = try host.namespace.perform { try Command.output(["ip", "address", "del", prefix, "dev", "eth0"]) }
        }
        // What a program made that was killed; FRR's is made for it.
        var links = implementation == .frr ? ["vrrp4", "vrrp6"] : []
        if setup.usesVirtualMAC {
            links.append(implementation == .tandem ? try addressLink() : "vrrp.\(RouterSetup.identifier)")
        }
        for name in links {
            _ = try host.namespace.perform { try Command.output(["ip", "link", "delete", name]) }
        }
        try fabric.plug(host)
    }

    /// The interface on which a director has the virtual addresses while it is Active.
    func addressLink() throws -> String {
        guard setup.usesVirtualMAC else { return "eth0" }
        let index = try host.namespace.perform { clab_link_index("eth0") }
        return "vmac\(setup.family == .ipv4 ? 4 : 6)-\(index)-\(RouterSetup.identifier)"
    }

    /// The process that elects, which must not have ended; keepalived's is a child that it replaces when it dies.
    func elector() throws -> pid_t {
        for process in processes where !process.isRunning {
            throw LabError("\(host.directory): \(process.name) has ended: \(process.lastLines(5))")
        }
        guard let process = processes.last else { throw LabError("\(host.directory): nothing was started") }
        guard implementation == .keepalived else { return process.pid }
        let text = File.read("\(host.directory)/vrrp.pid") ?? ""
        guard let pid = pid_t(text.prefix { $0.isNumber }) else {
            throw LabError("\(host.directory): keepalived elects no more: \(process.lastLines(5))")
        }
        return pid
    }

    /// Waits until a director says that it is Backup.
    func awaitBackup(_ limit: Interval) throws {
        guard implementation == .tandem else { return }
        var text = ""
        let isBackup = try wait(limit, every: .milliseconds(50)) {
            let command = [programs.director, "status", "--socket", "\(host.directory)/control.sock"]
            text = try host.namespace.perform { try Command.output(command) }.text
            return text.lowercased().contains("backup")
        }
        guard isBackup else { throw LabError("\(host.name) is not Backup after \(limit): \(text)") }
    }
}
