import Primitives

/// Builds a run of type-length-value fields.
struct FieldWriter {
    private(set) var bytes: [UInt8] = []

    mutating func write(_ tag: UInt16, bytes value: some Collection<UInt8>) {
        precondition(value.count <= Int(UInt16.max))
        var writer = ByteWriter()
        writer.write(tag)
        writer.write(UInt16(value.count))
        bytes += writer.bytes
        bytes += value
    }

    mutating func write(_ tag: UInt16, _ value: some FixedWidthInteger & UnsignedInteger) {
        var writer = ByteWriter()
        writer.write(value)
        write(tag, bytes: writer.bytes)
    }

    mutating func write(_ tag: UInt16, _ text: String) {
        write(tag, bytes: Array(text.utf8))
    }

    mutating func write(_ tag: UInt16, milliseconds interval: Interval) {
        write(tag, UInt32(clamping: interval.milliseconds))
    }

    mutating func write(_ tag: UInt16, _ service: ServiceIdentity) {
        var writer = ByteWriter()
        writer.write(service.protocol.rawValue)
        writer.write(service.endpoint.port)
        writer.write(bytes: service.endpoint.address.bytes)
        write(tag, bytes: writer.bytes)
    }
}
