package import Primitives

/// One type-length-value field of a frame: tag and length are 16 bits each, big-endian.
package struct Field {
    /// What the value is.
    package let tag: UInt16
    /// The value.
    package let value: ArraySlice<UInt8>

    /// What is wrong with a field.
    package typealias Malformation = ProtocolViolation.Malformation

    /// The value as an integer of exactly its size.
    package func integer<Value: FixedWidthInteger & UnsignedInteger>(
        _ type: Value.Type = Value.self
    ) throws(Malformation) -> Value {
        guard value.count == Value.bitWidth / 8 else { throw .invalid(tag: tag) }
        return Value(truncatingIfNeeded: value.reduce(UInt64(0)) { $0 << 8 | UInt64($1) })
    }

    /// The value as UTF-8 text of at most so many bytes.
    package func text(limit: Int) throws(Malformation) -> String {
        guard value.count <= limit, let text = String(validating: value, as: UTF8.self) else {
            throw .invalid(tag: tag)
        }
        return text
    }

    /// The value as a length of time in milliseconds.
    package func milliseconds() throws(Malformation) -> Interval {
        Interval.milliseconds(Int64(try integer(UInt32.self)))
    }

    /// The value as an address of 4 or 16 octets.
    package func address() throws(Malformation) -> IPAddress {
        guard let address = IPAddress(bytes: value) else { throw .invalid(tag: tag) }
        return address
    }

    /// The value as protocol (1 octet), port (2 octets) and address (4 or 16 octets).
    package func service() throws(Malformation) -> ServiceIdentity {
        guard value.count > 3, let number = value.first, let kind = TransportProtocol(rawValue: number),
            let address = IPAddress(bytes: value.dropFirst(3))
        else { throw .invalid(tag: tag) }
        let port = value.dropFirst().prefix(2).reduce(0) { $0 << 8 | UInt16($1) }
        return ServiceIdentity(protocol: kind, endpoint: Endpoint(address: address, port: port))
    }

    /// The value as a boot identifier.
    package func bootIdentifier() throws(Malformation) -> BootIdentifier {
        guard let identifier = BootIdentifier(bytes: value) else { throw .invalid(tag: tag) }
        return identifier
    }

    /// All the fields of a buffer.
    package static func all(in bytes: ArraySlice<UInt8>) throws(Malformation) -> [Field] {
        var reader = ByteReader(bytes)
        var fields: [Field] = []
        while !reader.isAtEnd {
            guard let tag: UInt16 = try? reader.read(), let length: UInt16 = try? reader.read(),
                let value = try? reader.read(count: Int(length))
            else { throw .truncated }
            fields.append(Field(tag: tag, value: value))
        }
        return fields
    }
}

extension [Field] {
    /// The only field with a tag.
    package func one(_ tag: UInt16) throws(ProtocolViolation.Malformation) -> Field {
        guard let field = try optional(tag) else { throw .missing(tag: tag) }
        return field
    }

    /// The only field with a tag, if it is there.
    package func optional(_ tag: UInt16) throws(ProtocolViolation.Malformation) -> Field? {
        var found: Field?
        for field in self where field.tag == tag {
            guard found == nil else { throw .repeated(tag: tag) }
            found = field
        }
        return found
    }

    /// Every field with a tag, at most so many.
    package func several(_ tag: UInt16, limit: Int) throws(ProtocolViolation.Malformation) -> [Field] {
        let found = filter { $0.tag == tag }
        guard found.count <= limit else { throw .repeated(tag: tag) }
        return found
    }
}
