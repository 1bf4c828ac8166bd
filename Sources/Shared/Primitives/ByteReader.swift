/// Reads big-endian integers and byte runs from a buffer, and never past its end.
package struct ByteReader: Sendable {
    private let bytes: ArraySlice<UInt8>
    private var position: Int

    /// The read ran past the end of the buffer.
    package struct Truncated: Error, Hashable, Sendable {
        /// Makes the error.
        package init() {}
    }

    /// Makes a reader at the start of the bytes.
    package init(_ bytes: ArraySlice<UInt8>) {
        self.bytes = bytes
        position = bytes.startIndex
    }

    /// Makes a reader at the start of the bytes.
    package init(_ bytes: [UInt8]) {
        self.init(bytes[...])
    }

    /// How many bytes are left.
    package var remaining: Int { bytes.endIndex - position }

    /// Whether nothing is left.
    package var isAtEnd: Bool { remaining == 0 }

    /// Takes the next bytes.
    package mutating func read(count: Int) throws(Truncated) -> ArraySlice<UInt8> {
        guard count >= 0, count <= remaining else { throw Truncated() }
        defer { position += count }
        return bytes[position..<position + count]
    }

    /// Takes the next big-endian integer.
    @inlinable package mutating func read<Value: FixedWidthInteger & UnsignedInteger>(
        _ type: Value.Type = Value.self
    ) throws(Truncated) -> Value {
        var value: UInt64 = 0
        for byte in try read(count: Value.bitWidth / 8) { value = value << 8 | UInt64(byte) }
        return Value(truncatingIfNeeded: value)
    }

    /// Takes all that is left.
    package mutating func readRest() -> ArraySlice<UInt8> {
        defer { position = bytes.endIndex }
        return bytes[position...]
    }
}
