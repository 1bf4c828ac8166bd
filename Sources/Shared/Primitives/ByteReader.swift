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

    // One function for each width: a generic one is looked up at run time when another module calls it.

    /// Takes the next octet.
    package mutating func read(_: UInt8.Type = UInt8.self) throws(Truncated) -> UInt8 {
        UInt8(truncatingIfNeeded: try integer(octets: 1))
    }

    /// Takes the next big-endian integer.
    package mutating func read(_: UInt16.Type = UInt16.self) throws(Truncated) -> UInt16 {
        UInt16(truncatingIfNeeded: try integer(octets: 2))
    }

    /// Takes the next big-endian integer.
    package mutating func read(_: UInt32.Type = UInt32.self) throws(Truncated) -> UInt32 {
        UInt32(truncatingIfNeeded: try integer(octets: 4))
    }

    /// Takes the next big-endian integer.
    package mutating func read(_: UInt64.Type = UInt64.self) throws(Truncated) -> UInt64 {
        try integer(octets: 8)
    }

    private mutating func integer(octets: Int) throws(Truncated) -> UInt64 {
        var value: UInt64 = 0
        for octet in try read(count: octets) { value = value << 8 | UInt64(octet) }
        return value
    }

    /// Takes all that is left.
    package mutating func readRest() -> ArraySlice<UInt8> {
        defer { position = bytes.endIndex }
        return bytes[position...]
    }
}
