/// An address and a port.
package struct Endpoint: Hashable, Comparable, Sendable {
    /// The address.
    package var address: IPAddress
    /// The port in host order.
    package var port: UInt16

    /// Makes an endpoint.
    package init(address: IPAddress, port: UInt16) {
        self.address = address
        self.port = port
    }

    /// Parses `192.0.2.1:80` or `[2001:db8::1]:80`.
    package init?(_ text: some StringProtocol) {
        guard let colon = text.lastIndex(of: ":") else { return nil }
        let digits = text[text.index(after: colon)...]
        guard (1...5).contains(digits.utf8.count), digits.utf8.allSatisfy({ (48...57).contains($0) }),
            let port = UInt16(digits)
        else { return nil }
        var host = text[..<colon]
        let bracketed = host.first == "[" && host.last == "]"
        if bracketed { host = host.dropFirst().dropLast() }
        guard let address = IPAddress(host), (address.family == .ipv6) == bracketed else { return nil }
        self.init(address: address, port: port)
    }

    package static func < (left: Endpoint, right: Endpoint) -> Bool {
        left.address == right.address ? left.port < right.port : left.address < right.address
    }
}

extension Endpoint: CustomStringConvertible {
    package var description: String { address.family == .ipv6 ? "[\(address)]:\(port)" : "\(address):\(port)" }
}
