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
        return FrameSplitter.frame(version: version, type: message.kind.rawValue, body: body)
    }

    /// The message of one frame without its length field, or nothing if its type is unknown.
    package static func decode(_ frame: ArraySlice<UInt8>) throws(ProtocolViolation) -> AgentMessage? {
        guard let parts = FrameSplitter.parts(of: frame) else { throw .undersizedFrame(UInt32(frame.count)) }
        guard parts.version == version else { throw .unsupportedVersion(parts.version) }
        guard let kind = AgentMessage.Kind(rawValue: parts.type) else { return nil }
        do throws(ProtocolViolation.Malformation) {
            return try message(of: kind, Field.all(in: parts.body))
        } catch {
            throw .malformed(kind, error)
        }
    }
}
