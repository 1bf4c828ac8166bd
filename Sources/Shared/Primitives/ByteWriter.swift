/// Builds a buffer of big-endian integers and byte runs.
package struct ByteWriter: Sendable {
    @usableFromInline var storage: [UInt8] = []

    /// What was written so far.
    package var bytes: [UInt8] { storage }

    /// Makes an empty writer.
    package init() {}

    /// How many bytes were written.
    package var count: Int { storage.count }

    /// Appends a big-endian integer.
    @inlinable package mutating func write(_ value: some FixedWidthInteger & UnsignedInteger) {
        for shift in stride(from: value.bitWidth - 8, through: 0, by: -8) {
            storage.append(UInt8(truncatingIfNeeded: value >> shift))
        }
    }

    /// Appends bytes as they are.
    @inlinable package mutating func write(bytes run: some Sequence<UInt8>) {
        storage.append(contentsOf: run)
    }

    /// Replaces two bytes that were written before with a big-endian integer.
    package mutating func overwrite(_ value: UInt16, at offset: Int) {
        storage[offset] = UInt8(value >> 8)
        storage[offset + 1] = UInt8(value & 0xff)
    }
}
