package import Primitives

extension Advertisement {
    /// A well-formed advertisement and what its checksum covered.
    package struct Decoded: Hashable, Sendable {
        /// The advertisement.
        package var advertisement: Advertisement
        /// What the checksum covered.
        package var checksumForm: ChecksumForm
    }

    /// The message in wire order; the addresses of the IP header take part in the checksum.
    ///
    /// The form of the checksum matters to version 3 over IPv4 alone.
    package func encode(from source: IPAddress, to destination: IPAddress, checksum: ChecksumForm) -> [UInt8] {
        precondition(addresses.count <= 255, "an advertisement counts at most 255 addresses")
        var writer = ByteWriter()
        writer.write(form.version.rawValue << 4 | 1)
        writer.write(virtualRouterIdentifier)
        writer.write(priority)
        writer.write(UInt8(addresses.count))
        switch form {
        case .version2(let seconds, let authentication):
            writer.write(authentication.type)
            writer.write(seconds)
        case .version3(let centiseconds):
            writer.write(centiseconds & 0x0fff)
        }
        writer.write(UInt16(0))
        for address in addresses { writer.write(bytes: address.bytes) }
        if case .version2(_, let authentication) = form { writer.write(bytes: authentication.data) }
        let covered = Self.form(of: form.version, source.family) ?? checksum
        let sum = Self.checksum(writer.bytes[...], covered, from: source, to: destination)
        writer.overwrite(sum, at: 6)
        return writer.bytes
    }

    /// Reads a message in the order of RFC 9568 section 7.1: version, type, completeness, checksum.
    package static func decode(
        _ message: ArraySlice<UInt8>,
        from source: IPAddress,
        to destination: IPAddress,
    ) throws(Rejection) -> Decoded {
        guard source.family == destination.family else { throw .wrongVersion }
        let result: Result<Decoded, Rejection>
        do {
            result = try decodeFields(message, from: source, to: destination)
        } catch {
            throw .truncated
        }
        return try result.get()
    }

    private static func decodeFields(
        _ message: ArraySlice<UInt8>,
        from source: IPAddress,
        to destination: IPAddress,
    ) throws(ByteReader.Truncated) -> Result<Decoded, Rejection> {
        var reader = ByteReader(message)
        let first = try reader.read(UInt8.self)
        guard let version = ProtocolVersion(rawValue: first >> 4) else { return .failure(.wrongVersion) }
        guard version == .version3 || source.family == .ipv4 else { return .failure(.wrongVersion) }
        guard first & 0x0f == 1 else { return .failure(.wrongType) }
        let identifier = try reader.read(UInt8.self)
        let priority = try reader.read(UInt8.self)
        let count = Int(try reader.read(UInt8.self))
        let fifth = try reader.read(UInt8.self)
        let sixth = try reader.read(UInt8.self)
        _ = try reader.read(UInt16.self)
        var addresses: [IPAddress] = []
        for _ in 0..<count {
            let octets = try reader.read(count: source.family == .ipv4 ? 4 : 16)
            if let address = IPAddress(bytes: octets) { addresses.append(address) }
        }
        let form: Form
        switch version {
        case .version2:
            let authentication = Authentication(type: fifth, data: Array(try reader.read(count: 8)))
            form = .version2(advertisementInterval: sixth, authentication: authentication)
        case .version3:
            // The high nibble is reserved: ignored on reception (RFC 9568 section 5.2.6).
            form = .version3(maxAdvertiseInterval: UInt16(fifth & 0x0f) << 8 | UInt16(sixth))
        }
        guard reader.isAtEnd else { return .failure(.wrongLength) }
        let forms: [ChecksumForm] = Self.form(of: version, source.family).map { [$0] } ?? [.pseudoHeader, .messageOnly]
        guard let right = forms.first(where: { checksum(message, $0, from: source, to: destination) == 0 }) else {
            return .failure(.wrongChecksum)
        }
        let advertisement = Advertisement(
            virtualRouterIdentifier: identifier,
            priority: priority,
            form: form,
            addresses: addresses
        )
        return .success(Decoded(advertisement: advertisement, checksumForm: right))
    }

    /// The only form that the version allows over the family, or nothing where both are in use.
    private static func form(of version: ProtocolVersion, _ family: AddressFamily) -> ChecksumForm? {
        switch (version, family) {
        case (.version2, _): .messageOnly
        case (.version3, .ipv6): .pseudoHeader
        case (.version3, .ipv4): nil
        }
    }

    /// The checksum of a message: the field's value if the field is 0, or 0 if the field is right.
    private static func checksum(
        _ message: ArraySlice<UInt8>,
        _ form: ChecksumForm,
        from source: IPAddress,
        to destination: IPAddress,
    ) -> UInt16 {
        var sum = InternetChecksum()
        if form == .pseudoHeader {
            sum.add(source.bytes)
            sum.add(destination.bytes)
            // RFC 8200 section 8.1 has a 32-bit length, the IPv4 pseudo-header a 16-bit one: they sum alike.
            sum.add([0, ProtocolVersion.protocolNumber, UInt8(message.count >> 8), UInt8(message.count & 0xff)])
        }
        sum.add(message)
        return sum.value
    }
}
