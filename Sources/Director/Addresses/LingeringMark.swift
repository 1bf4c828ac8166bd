internal import Netlink

/// How addresses are marked that linger on the loopback interface, apart from those that a real server keeps there.
enum LingeringMark {
    /// The address protocol (`IFA_PROTO`).
    static let protocolTag: UInt8 = 0xf2
    /// The label of an IPv4 address.
    static let label = "lo:lingering"

    /// Whether the address bears the mark.
    static func isOn(_ address: InterfaceAddress) -> Bool {
        address.protocolTag == protocolTag || address.label == label
    }
}
