/// Builds a buffer of big-endian integers and byte runs.
package struct ByteWriter: Sendable {
    /// What was written so far.
    package private(set) var bytes: [UInt8] = []

    /// Makes an empty writer.
    package init() {}

    /// How many bytes were written.
    package var count: Int { bytes.count }

    // One function for each width: a generic one is looked up at run time when another module calls it, and this is
    // called some hundred times for each frame.

    /// Appends an octet.
    package mutating func write(_ value: UInt8) { bytes.append(value) }

    /// Appends a big-endian integer.
    package mutating func write(_ value: UInt16) { write(UInt64(value), octets: 2) }

    /// Appends a big-endian integer.
    package mutating func write(_ value: UInt32) { write(UInt64(value), octets: 4) }

    /// Appends a big-endian integer.
    package mutating func write(_ value: UInt64) { write(value, octets: 8) }

    private mutating func write(_ value: UInt64, octets: Int) {
        for shift in stride(from: octets * 8 - 8, through: 0, by: -8) {
            bytes.append(UInt8(truncatingIfNeeded: value >> shift))
        }
    }

    /// Appends bytes as they are.
    package mutating func write(bytes run: [UInt8]) { bytes += run }

    /// Appends bytes as they are.
    package mutating func write(bytes run: ArraySlice<UInt8>) { bytes += run }

    /// Appends bytes as they are.
    package mutating func write(bytes run: some Sequence<UInt8>) {
        bytes.append(contentsOf: run)
    }

    /// Replaces two bytes that were written before with a big-endian integer.
    package mutating func overwrite(_ value: UInt16, at offset: Int) {
        bytes[offset] = UInt8(value >> 8)
        bytes[offset + 1] = UInt8(value & 0xff)
    }
}
