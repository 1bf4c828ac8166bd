import CLab
import Glibc
import Primitives

/// A host of the lab: a network namespace with one interface, `eth0`, on the cluster's LAN.
final class Host {
    let name: String
    let address: IPv4Address
    let namespace: NetworkNamespace
    let directory: String
    /// The bridge's end of the host's cable, in the fabric's namespace.
    var port: String { "to-\(name)" }
    private(set) var processes: [ChildProcess] = []

    /// Opens a host that the fabric has made in a namespace.
    init(_ name: String, _ address: IPv4Address, in namespace: String, directory: String) throws {
        self.name = name
        self.address = address
        self.namespace = try NetworkNamespace(namespace)
        self.directory = directory
        File.makeDirectory(directory)
    }

    /// Starts a program on the host.
    func start(_ name: String, _ arguments: [String], environment: [String: String] = [:]) throws
        -> ChildProcess
    {
        let process = try ChildProcess(
            name,
            arguments,
            in: namespace,
            environment: environment,
            directory: directory,
        )
        processes.append(process)
        return process
    }

    /// Runs a program on the host to its end.
    @discardableResult
    func run(_ arguments: String...) throws -> String { try run(arguments) }

    /// The same with the arguments in a list.
    func run(_ arguments: [String]) throws -> String {
        let result = try namespace.perform { try Command.output(arguments) }
        guard result.status == 0 else {
            throw LabError(
                "\(name): \(arguments.joined(separator: " ")): status \(result.status): \(result.text)"
            )
        }
        return result.text
    }

    /// Kills every process of the host, as a power cut does, and reaps them.
    func killAll() {
        for process in processes { process.killGroup() }
        for process in processes { process.awaitExit(.seconds(5)) }
        processes = []
    }

    /// Reads a sysctl of the host, such as `net/ipv4/conf/all/arp_ignore`.
    func sysctl(_ path: String) throws -> String {
        let text = try namespace.perform { File.read("/proc/sys/\(path)") } ?? ""
        return String(text.split(separator: "\n").first ?? "")
    }

    /// Writes a sysctl of the host.
    func setSysctl(_ path: String, _ value: String) throws {
        try namespace.perform { try File.write("/proc/sys/\(path)", value) }
    }

    /// Whether an interface of the host bears an address, with that prefix length if one is given.
    func has(_ address: IPv4Address, on link: String, prefix: Int32 = -1) throws -> Bool {
        try namespace.perform { clab_has_address(link, address.rawValue, prefix) == 1 }
    }

    /// Whether an interface of the host bears an address of either family.
    func has(_ address: IPAddress, on link: String) throws -> Bool {
        switch address {
        case .v4(let address): try has(address, on: link)
        case .v6(let address): try namespace.perform { clab_has_address6(link, address.bytes) == 1 }
        }
    }
}
