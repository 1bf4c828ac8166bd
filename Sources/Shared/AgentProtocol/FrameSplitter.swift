import Primitives

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

    /// A whole frame: the length field, version, type, the reserved octets, and the fields.
    package static func frame(version: UInt8, type: UInt8, body: [UInt8]) -> [UInt8] {
        var writer = ByteWriter()
        writer.write(UInt32(headerSize + body.count))
        writer.write(version)
        writer.write(type)
        writer.write(UInt16(0))
        writer.write(bytes: body)
        return writer.bytes
    }

    /// Version, type and fields of a frame without its length field; nothing if it is shorter than its header.
    package static func parts(
        of frame: ArraySlice<UInt8>,
    ) -> (version: UInt8, type: UInt8, body: ArraySlice<UInt8>)? {
        var reader = ByteReader(frame)
        guard let version: UInt8 = try? reader.read(), let type: UInt8 = try? reader.read(),
            let _: UInt16 = try? reader.read()
        else { return nil }
        return (version, type, reader.readRest())
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
