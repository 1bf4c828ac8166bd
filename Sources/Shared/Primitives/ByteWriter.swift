/// Builds a buffer of big-endian integers and byte runs.
package struct ByteWriter: Sendable {
    /// What was written so far.
    package private(set) var bytes: [UInt8] = []

    /// Makes an empty writer.
    package init() {}

    /// How many bytes were written.
    package var count: Int { bytes.count }

    /// Appends a big-endian integer.
    package mutating func write(_ value: some FixedWidthInteger & UnsignedInteger) {
        for shift in stride(from: value.bitWidth - 8, through: 0, by: -8) {
            bytes.append(UInt8(truncatingIfNeeded: value >> shift))
        }
    }

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
