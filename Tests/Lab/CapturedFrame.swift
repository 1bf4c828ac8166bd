import Primitives

/// An ARP, VRRP or neighbour advertisement frame that a host sent into the bridge.
struct CapturedFrame: Sendable {
    /// What the frame is.
    enum Content: Sendable {
        case advertisement(version: UInt8, priority: UInt8, source: IPAddress)
        case arp(isReply: Bool, sender: IPv4Address, target: IPv4Address)
        case neighbourAdvertisement(target: IPv6Address, isSolicited: Bool)
    }

    var at: MonotonicInstant
    /// The host on whose port the bridge received it, which no header can forge.
    var from: String
    var content: Content
    /// The source in the Ethernet header.
    var source: MACAddress
    /// In ARP, the sender's hardware address.
    var hardware: MACAddress?

    /// Reads an Ethernet frame (RFC 826, RFC 4861 section 4.4, RFC 9568 section 5.1); nil for anything else.
    init?(_ bytes: [UInt8], at: MonotonicInstant, from: String) {
        self.at = at
        self.from = from
        guard bytes.count >= 42, let source = MACAddress(bytes: bytes[6..<12]) else { return nil }
        self.source = source
        func address(_ offset: Int) -> IPv4Address {
            IPv4Address(bytes[offset], bytes[offset + 1], bytes[offset + 2], bytes[offset + 3])
        }
        switch (bytes[12], bytes[13]) {
        case (0x08, 0x06):
            content = .arp(isReply: bytes[21] == 2, sender: address(28), target: address(38))
            hardware = MACAddress(bytes: bytes[22..<28])
        case (0x08, 0x00) where bytes[23] == 112:
            let payload = 14 + Int(bytes[14] & 0xf) * 4
            guard bytes.count > payload + 2 else { return nil }
            content = .advertisement(
                version: bytes[payload] >> 4,
                priority: bytes[payload + 2],
                source: .v4(address(26))
            )
        case (0x86, 0xdd) where bytes[20] == 112 && bytes.count > 56:
            guard let source = IPAddress(bytes: bytes[22..<38]) else { return nil }
            content = .advertisement(version: bytes[54] >> 4, priority: bytes[56], source: source)
        case (0x86, 0xdd) where bytes[20] == 58 && bytes.count >= 78 && bytes[54] == 136:
            guard case .v6(let target) = IPAddress(bytes: bytes[62..<78]) else { return nil }
            content = .neighbourAdvertisement(target: target, isSolicited: bytes[58] & 0x40 != 0)
        default:
            return nil
        }
    }

    /// Whether it is an advertisement.
    var isAdvertisement: Bool {
        if case .advertisement = content { true } else { false }
    }

    /// The priority, if it is an advertisement.
    var priority: UInt8? {
        if case .advertisement(_, let priority, _) = content { priority } else { nil }
    }

    /// Whether it tells others that the sender owns the address: an answer or an announcement.
    func claims(_ address: IPv4Address) -> Bool {
        if case .arp(_, let sender, _) = content { sender == address } else { false }
    }

    /// Whether it is a gratuitous ARP for the address (RFC 9568 section 6.1).
    func announces(_ address: IPv4Address) -> Bool {
        announces(.v4(address))
    }

    /// Whether it is a gratuitous ARP or an unsolicited neighbour advertisement for the address.
    func announces(_ address: IPAddress) -> Bool {
        switch (content, address) {
        case (.arp(_, let sender, let target), .v4(let wanted)): sender == wanted && target == wanted
        case (.neighbourAdvertisement(let target, let isSolicited), .v6(let wanted)): target == wanted && !isSolicited
        default: false
        }
    }
}
