/// Cuts received bytes into frames; it never holds more than one frame's worth beyond what was just received.
package struct FrameSplitter: Sendable {
    /// Bytes of the length field.
    package static let lengthSize = 4
    /// Bytes of version, type and reserved.
    package static let headerSize = 4

    /// Why no frame can be cut any more.
    package enum Malformation: Error, Hashable, Sendable {
        /// A frame announced more than the limit.
        case oversized(UInt32)
        /// A frame announced less than its own header.
        case undersized(UInt32)
    }

    private let limit: Int
    private var buffer: ArraySlice<UInt8> = []

    /// Makes an empty splitter of frames of at most so many bytes, their length fields not counted.
    package init(limit: Int) {
        self.limit = limit
    }

    /// How many bytes wait for the rest of their frame.
    package var count: Int { buffer.count }

    /// Takes received bytes.
    package mutating func append(_ bytes: ArraySlice<UInt8>) {
        // Most chunks hold whole frames, which need no copy.
        buffer = buffer.isEmpty ? bytes : buffer + bytes
    }

    /// The next complete frame without its length field.
    package mutating func next() throws(Malformation) -> ArraySlice<UInt8>? {
        guard buffer.count >= Self.lengthSize else { return wait() }
        let length = buffer.prefix(Self.lengthSize).reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
        guard length <= UInt32(limit) else { throw .oversized(length) }
        guard length >= UInt32(Self.headerSize) else { throw .undersized(length) }
        guard buffer.count - Self.lengthSize >= Int(length) else { return wait() }
        buffer = buffer.dropFirst(Self.lengthSize)
        defer { buffer = buffer.dropFirst(Int(length)) }
        return buffer.prefix(Int(length))
    }

    /// Keeps the rest alone, not the whole chunk that it came in.
    private mutating func wait() -> ArraySlice<UInt8>? {
        buffer = Array(buffer)[...]
        return nil
    }
}
