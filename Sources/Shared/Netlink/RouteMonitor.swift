internal import SystemPackage

/// Announcements of rtnetlink, as `ip monitor` prints them.
///
/// Subscribe first, then dump.
package struct RouteMonitor: ~Copyable {
    /// What to hear about (`RTNLGRP_*`).
    package struct Groups: OptionSet, Hashable, Sendable {
        package let rawValue: UInt32

        package init(rawValue: UInt32) {
            self.rawValue = rawValue
        }

        /// Interfaces.
        package static let links = Groups(rawValue: 1 << 1)
        /// IPv4 addresses.
        package static let ipv4Addresses = Groups(rawValue: 1 << 5)
        /// IPv6 addresses.
        package static let ipv6Addresses = Groups(rawValue: 1 << 9)
        /// Addresses of both families.
        package static let addresses: Groups = [.ipv4Addresses, .ipv6Addresses]
    }

    private let socket: NetlinkSocket

    /// Opens a nonblocking socket that hears the groups.
    package init(groups: Groups = [.links, .addresses]) throws(NetlinkError) {
        let numbers = (0..<Int32(32)).filter { groups.rawValue & 1 << UInt32($0) != 0 }
        precondition(!numbers.isEmpty, "a monitor of nothing")
        socket = try NetlinkSocket(family: 0, groups: numbers, operation: "monitor rtnetlink")
    }

    /// The descriptor's number, to be polled for reading.
    package var raw: Int32 { socket.raw }

    /// Takes what was announced since the last time; after `.overflow` only a dump tells what is.
    package func read() throws(NetlinkError) -> [RouteEvent] {
        try socket.drain(operation: "monitor rtnetlink", overflow: .overflow, RouteEvent.decode)
    }
}
