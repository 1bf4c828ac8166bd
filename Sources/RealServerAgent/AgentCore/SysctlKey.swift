/// One of the two settings by which a real server keeps silent about its virtual addresses, on one interface.
package struct SysctlKey: Hashable, Comparable, Sendable {
    /// The settings under `net/ipv4/conf/INTERFACE`.
    package enum Name: String, Hashable, Comparable, Sendable, CaseIterable {
        case arpIgnore = "arp_ignore"
        case arpAnnounce = "arp_announce"

        /// The value that Tandem writes.
        package var wanted: Int {
            switch self {
            case .arpIgnore: 1
            case .arpAnnounce: 2
            }
        }

        /// Whether the kernel, going by this value, keeps silent (net/ipv4/arp.c, `arp_ignore` and `arp_solicit`).
        ///
        /// arp_ignore 3 answers for addresses of global scope, and what is above 3 and not 8 behaves as 0;
        /// arp_announce above 2 behaves as 0.
        package func isSilent(_ value: Int) -> Bool {
            switch self {
            case .arpIgnore: value == 1 || value == 2 || value == 8
            case .arpAnnounce: value == 2
            }
        }

        package static func < (left: Name, right: Name) -> Bool { left.rawValue < right.rawValue }
    }

    /// The interface's name, or `all`.
    package var interface: String
    /// The setting.
    package var name: Name

    /// Makes a key.
    package init(interface: String, name: Name) {
        self.interface = interface
        self.name = name
    }

    /// The file below /proc/sys.
    package var path: String { "net/ipv4/conf/\(interface)/\(name.rawValue)" }

    package static func < (left: SysctlKey, right: SysctlKey) -> Bool {
        left.interface == right.interface ? left.name < right.name : left.interface < right.interface
    }
}
