import Primitives

/// Frames of the agent link.
///
///      0                   1                   2                   3
///      0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
///     +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
///     |            Length of all that follows this field              |
///     +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
///     |  Version (1)  |     Type      |     Reserved, sent as 0       |
///     +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
///     |              Tag              |            Length             |  a field,
///     +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+  any number
///     |                            Value ...                          |  of times
///     +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
///
/// Everything is big-endian. A reader skips types and tags that it does not know.
package enum FrameCodec {
    /// The protocol version in every frame.
    package static let version: UInt8 = 1
    /// Bytes of version, type and reserved.
    private static let headerSize = FrameSplitter.headerSize

    /// The frame of a message, length field included.
    package static func encode(_ message: AgentMessage) -> [UInt8] {
        var body = fields(of: message, evidence: Limits.evidence)
        if body.count + headerSize > Limits.frame {
            // Only a report or a view of the largest size gets here; what it says matters more than what it tells.
            body = fields(of: message, evidence: 40)
        }
        precondition(body.count + headerSize <= Limits.frame)
        var writer = ByteWriter()
        writer.write(UInt32(headerSize + body.count))
        writer.write(version)
        writer.write(message.kind.rawValue)
        writer.write(UInt16(0))
        writer.write(bytes: body)
        return writer.bytes
    }

    /// The message of one frame without its length field, or nothing if its type is unknown.
    package static func decode(_ frame: ArraySlice<UInt8>) throws(ProtocolViolation) -> AgentMessage? {
        var reader = ByteReader(frame)
        guard let version: UInt8 = try? reader.read(), let type: UInt8 = try? reader.read(),
            let _: UInt16 = try? reader.read()
        else { throw .undersizedFrame(UInt32(frame.count)) }
        guard version == Self.version else { throw .unsupportedVersion(version) }
        guard let kind = AgentMessage.Kind(rawValue: type) else { return nil }
        do throws(ProtocolViolation.Malformation) {
            return try message(of: kind, Field.all(in: reader.readRest()))
        } catch {
            throw .malformed(kind, error)
        }
    }
}
