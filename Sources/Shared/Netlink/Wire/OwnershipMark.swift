/// How Tandem marks the addresses that it has added, so that it removes no others.
package enum OwnershipMark {
    /// The address protocol (`IFA_PROTO`), which kernels from 5.18 keep for both families.
    package static let protocolTag: UInt8 = 0xf1
    /// The label of an IPv4 address on lo, which older kernels keep too.
    package static let label = "lo:tandem"

    /// The label on any interface, or nothing where it would exceed the kernel's 15 bytes.
    package static func label(interfaceName: String) -> String? {
        let label = "\(interfaceName):tandem"
        return label.utf8.count <= 15 ? label : nil
    }

    /// Whether the address bears the mark.
    package static func isOn(_ address: InterfaceAddress) -> Bool {
        address.protocolTag == protocolTag || address.label?.hasSuffix(":tandem") == true
    }
}
