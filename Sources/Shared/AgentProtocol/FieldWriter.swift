package import Primitives

/// Builds a run of type-length-value fields.
package struct FieldWriter {
    /// What was written so far.
    package private(set) var bytes: [UInt8] = []

    /// Makes an empty writer.
    package init() {}

    /// Appends a field of bytes as they are.
    package mutating func write(_ tag: UInt16, bytes value: some Collection<UInt8>) {
        precondition(value.count <= Int(UInt16.max))
        var writer = ByteWriter()
        writer.write(tag)
        writer.write(UInt16(value.count))
        bytes += writer.bytes
        bytes += value
    }

    /// Appends a field with a big-endian integer.
    package mutating func write(_ tag: UInt16, _ value: some FixedWidthInteger & UnsignedInteger) {
        var writer = ByteWriter()
        writer.write(value)
        write(tag, bytes: writer.bytes)
    }

    /// Appends a field with text in UTF-8.
    package mutating func write(_ tag: UInt16, _ text: String) {
        write(tag, bytes: Array(text.utf8))
    }

    /// Appends a field with a length of time in milliseconds.
    package mutating func write(_ tag: UInt16, milliseconds interval: Interval) {
        write(tag, UInt32(clamping: interval.milliseconds))
    }

    /// Appends a field with protocol, port and address of a service.
    package mutating func write(_ tag: UInt16, _ service: ServiceIdentity) {
        var writer = ByteWriter()
        writer.write(service.protocol.rawValue)
        writer.write(service.endpoint.port)
        writer.write(bytes: service.endpoint.address.bytes)
        write(tag, bytes: writer.bytes)
    }
}
