internal import DirectorCore
internal import Linux
internal import Netlink
internal import Primitives
internal import SystemPackage
internal import VRRP

/// Makes the interfaces with virtual MACs, and sees to it that they and the one below them answer rightly.
enum VirtualInterfaces {
    /// Makes the interface, or takes the one that is there and down; gives its index once it is up.
    static func raise(
        _ interface: VirtualInterface,
        _ socket: borrowing RouteSocket,
        among interfaces: [FoundInterface],
    ) throws(NetlinkError) -> Int32 {
        let parent = interfaces.first { $0.index == interface.parentIndex }
        // The kernel would put it beside this one instead of over it, and neither would hear the other's virtual MAC.
        guard parent?.kind != VirtualInterface.kind else {
            throw NetlinkError(operation: "add macvlan", code: .notSupported, subject: interface.name)
        }
        let isThere = interfaces.contains { $0.name == interface.name && $0.virtualMAC == interface.mac }
        if !isThere { try socket.addMacvlan(interface.name, over: interface.parentIndex, mac: interface.mac) }
        _ = try mend(interface)
        let index = try index(of: interface.name)
        try socket.setUp(interfaceIndex: index)
        return index
    }

    /// Sets right what somebody else made of an interface's parameters; gives how many were wrong.
    static func mend(_ interface: VirtualInterface) throws(NetlinkError) -> Int {
        var wrong = 0
        for parameter in parameters(of: interface) where try parameter.ensure() { wrong += 1 }
        return wrong
    }

    private static func index(of name: String) throws(NetlinkError) -> Int32 {
        do throws(Errno) {
            return try Interface.named(name).index
        } catch {
            throw NetlinkError(operation: "find macvlan", code: error, subject: name)
        }
    }

    /// What has to be before the interface is up.
    ///
    /// Of IPv4 parameters the value of `all` counts too, mostly the greater one.
    private static func parameters(of interface: VirtualInterface) -> [Parameter] {
        let own = "net/ipv4/conf/\(interface.name)"
        let below = "net/ipv4/conf/\(interface.parent)"
        let all = "net/ipv4/conf/all"
        // The frames of all hosts come in here, and what is sent to them leaves by the interface below: a strict reverse
        // path filter would drop them. Where all interfaces have it, this one gets the loose one, which is the greater.
        let isStrict = (try? Sysctl.read("\(all)/rp_filter")) == "1"
        var parameters = [
            Parameter(path: "\(own)/rp_filter", value: isStrict ? "2" : "0"),
            // Every broadcast request comes in here too, those for the machine's own addresses among them.
            Parameter(path: "\(own)/arp_ignore", value: "1"),
            Parameter(path: "\(own)/arp_filter", value: "0"),
            Parameter(path: "\(own)/send_redirects", value: "0"),
            // Nor is a virtual address answered for at the other MAC, or named in this machine's own requests there.
            Parameter(path: "\(below)/arp_ignore", value: "1", counted: "\(all)/arp_ignore", least: 1),
            Parameter(path: "\(below)/arp_announce", value: "2", counted: "\(all)/arp_announce", least: 2),
        ]
        let version6 = "net/ipv6/conf/\(interface.name)"
        if interface.mac.virtualRouter?.family == .ipv6 {
            parameters += [
                // No identifier is ever made of the virtual MAC (RFC 9568 section 7.4), and no route comes by it.
                Parameter(path: "\(version6)/addr_gen_mode", value: "1", mayBeAbsent: true),
                Parameter(path: "\(version6)/accept_ra", value: "0", mayBeAbsent: true),
                Parameter(path: "\(version6)/disable_ipv6", value: "0"),
            ]
        } else {
            parameters.append(Parameter(path: "\(version6)/disable_ipv6", value: "1", mayBeAbsent: true))
        }
        return parameters
    }

    /// A kernel parameter with the value that it needs.
    private struct Parameter {
        var path: String
        var value: String
        /// Another parameter, the greater of which and this one counts.
        var counted: String?
        /// What is enough, if the exact value does not matter.
        var least: Int?
        /// Whether a kernel without it will do.
        var mayBeAbsent = false

        /// Writes it if it is not as it has to be; gives whether it was not.
        func ensure() throws(NetlinkError) -> Bool {
            do throws(Errno) {
                let found = try Sysctl.read(path)
                if let least {
                    let other = try counted.map { path throws(Errno) in try Sysctl.read(path) }
                    guard [found, other ?? "0"].compactMap({ Int($0) }).max() ?? 0 < least else { return false }
                }
                guard found != value else { return false }
                try Sysctl.write(path, value)
                return true
            } catch {
                if mayBeAbsent, error == .noSuchFileOrDirectory { return false }
                throw NetlinkError(operation: "set parameter", code: error, subject: path)
            }
        }
    }
}
