import Primitives

/// An ARP or VRRP frame that a host sent into the bridge.
struct CapturedFrame: Sendable {
    /// What the frame is.
    enum Content: Sendable {
        case advertisement(priority: UInt8, source: IPv4Address)
        case arp(isReply: Bool, sender: IPv4Address, target: IPv4Address)
    }

    var at: MonotonicInstant
    /// The host on whose port the bridge received it, which no header can forge.
    var from: String
    var content: Content

    /// Reads an Ethernet frame (RFC 826, RFC 9568 section 5.1); nil for anything else.
    init?(_ bytes: [UInt8], at: MonotonicInstant, from: String) {
        self.at = at
        self.from = from
        guard bytes.count >= 42 else { return nil }
        func address(_ offset: Int) -> IPv4Address {
            IPv4Address(bytes[offset], bytes[offset + 1], bytes[offset + 2], bytes[offset + 3])
        }
        if bytes[12] == 0x08, bytes[13] == 0x06 {
            content = .arp(isReply: bytes[21] == 2, sender: address(28), target: address(38))
        } else if bytes[12] == 0x08, bytes[13] == 0x00, bytes[23] == 112 {
            let payload = 14 + Int(bytes[14] & 0xf) * 4
            guard bytes.count > payload + 2 else { return nil }
            content = .advertisement(priority: bytes[payload + 2], source: address(26))
        } else {
            return nil
        }
    }

    /// Whether it is an advertisement.
    var isAdvertisement: Bool {
        if case .advertisement = content { true } else { false }
    }

    /// Whether it tells others that the sender owns the address: an answer or an announcement.
    func claims(_ address: IPv4Address) -> Bool {
        if case .arp(_, let sender, _) = content { sender == address } else { false }
    }

    /// Whether it is a gratuitous ARP for the address (RFC 9568 section 6.1).
    func announces(_ address: IPv4Address) -> Bool {
        if case .arp(_, let sender, let target) = content {
            sender == address && target == address
        } else {
            false
        }
    }
}
