package import Primitives
package import SystemPackage

/// The kernel's parameters under /proc/sys, named with slashes: `net/ipv4/conf/all/arp_ignore`.
package enum Sysctl {
    /// Reads a parameter, without the newline at its end.
    package static func read(_ path: String) throws(Errno) -> String {
        var content = try SystemFile.read("/proc/sys/" + path)
        while content.last == UInt8(ascii: "\n") { content.removeLast() }
        return String(decoding: content, as: UTF8.self)
    }

    /// Writes a parameter.
    package static func write(_ path: String, _ value: String) throws(Errno) {
        try SystemFile.write("/proc/sys/" + path, Array(value.utf8) + [UInt8(ascii: "\n")])
    }

    /// The names under `net/ipv4/conf` or `net/ipv6/conf`, sorted, `all` and `default` among them.
    package static func interfaces(_ family: AddressFamily = .ipv4) throws(Errno) -> [String] {
        try SystemFile.names(in: "/proc/sys/net/\(family == .ipv4 ? "ipv4" : "ipv6")/conf")
    }
}
