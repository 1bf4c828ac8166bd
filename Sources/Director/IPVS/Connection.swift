package import Primitives

/// One entry of the kernel's connection table.
package struct Connection: Hashable, Sendable {
    /// The transport protocol's name in capitals, as the kernel prints it.
    package var protocolName: String
    /// The client.
    package var client: Endpoint
    /// The virtual service.
    package var virtual: Endpoint
    /// The real server.
    package var destination: Endpoint
    /// The kernel's name of the state; `NONE` for a persistence template.
    package var state: String
    /// How long until it expires unless a packet comes, in seconds.
    package var expires: Int

    /// Parses one line of /proc/net/ip_vs_conn (ip_vs_conn.c, `ip_vs_conn_seq_show`); nothing for one of another form.
    ///
    ///     Pro FromIP   FPrt ToIP     TPrt DestIP   DPrt State       Expires PEName PEData
    package init?(line: some StringProtocol) {
        let fields = line.split(separator: " ", omittingEmptySubsequences: true)
        guard fields.count >= 9, let client = Self.endpoint(fields[1], fields[2]),
            let virtual = Self.endpoint(fields[3], fields[4]), let destination = Self.endpoint(fields[5], fields[6]),
            let expires = Int(fields[8])
        else { return nil }
        protocolName = String(fields[0])
        self.client = client
        self.virtual = virtual
        self.destination = destination
        state = String(fields[7])
        self.expires = expires
    }

    /// An IPv4 address is eight hexadecimal digits, an IPv6 address eight groups of four, in brackets on some kernels.
    private static func endpoint(_ address: some StringProtocol, _ port: some StringProtocol) -> Endpoint? {
        guard let port = UInt16(port, radix: 16) else { return nil }
        let bare = String(address.filter { $0 != "[" && $0 != "]" })
        if bare.contains(":") { return IPv6Address(bare).map { Endpoint(address: .v6($0), port: port) } }
        guard bare.utf8.count == 8, let number = UInt32(bare, radix: 16) else { return nil }
        return Endpoint(address: .v4(IPv4Address(rawValue: number)), port: port)
    }
}

extension Connection: Codable {
    private enum CodingKeys: String, CodingKey {
        case protocolName = "protocol"
        case client
        case virtual
        case destination
        case state
        case expires
    }

    package init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        func endpoint(_ key: CodingKeys) throws -> Endpoint {
            let text = try container.decode(String.self, forKey: key)
            guard let endpoint = Endpoint(text) else {
                throw DecodingError.dataCorruptedError(forKey: key, in: container, debugDescription: "not an endpoint")
            }
            return endpoint
        }
        protocolName = try container.decode(String.self, forKey: .protocolName)
        client = try endpoint(.client)
        virtual = try endpoint(.virtual)
        destination = try endpoint(.destination)
        state = try container.decode(String.self, forKey: .state)
        expires = try container.decode(Int.self, forKey: .expires)
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(protocolName, forKey: .protocolName)
        try container.encode("\(client)", forKey: .client)
        try container.encode("\(virtual)", forKey: .virtual)
        try container.encode("\(destination)", forKey: .destination)
        try container.encode(state, forKey: .state)
        try container.encode(expires, forKey: .expires)
    }
}
