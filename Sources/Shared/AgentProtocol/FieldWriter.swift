package import Primitives

/// Builds a run of type-length-value fields.
package struct FieldWriter {
    private var writer = ByteWriter()

    /// What was written so far.
    package var bytes: [UInt8] { writer.bytes }

    /// Makes an empty writer.
    package init() {}

    /// Appends a field of bytes as they are.
    package mutating func write(_ tag: UInt16, bytes value: some Collection<UInt8>) {
        precondition(value.count <= Int(UInt16.max))
        begin(tag, length: UInt16(value.count))
        writer.write(bytes: value)
    }

    /// Appends a field with an octet.
    package mutating func write(_ tag: UInt16, _ value: UInt8) {
        begin(tag, length: 1)
        writer.write(value)
    }

    /// Appends a field with a big-endian integer.
    package mutating func write(_ tag: UInt16, _ value: UInt16) {
        begin(tag, length: 2)
        writer.write(value)
    }

    /// Appends a field with a big-endian integer.
    package mutating func write(_ tag: UInt16, _ value: UInt32) {
        begin(tag, length: 4)
        writer.write(value)
    }

    /// Appends a field with a big-endian integer.
    package mutating func write(_ tag: UInt16, _ value: UInt64) {
        begin(tag, length: 8)
        writer.write(value)
    }

    private mutating func begin(_ tag: UInt16, length: UInt16) {
        writer.write(tag)
        writer.write(length)
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
