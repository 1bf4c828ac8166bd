internal import AgentProtocol

/// Frames of the peer link: the grammar of the agent link's (``FrameCodec``) with types of their own.
package enum PeerFrameCodec {
    /// The protocol version in every frame.
    package static let version: UInt8 = 1

    /// The frame of a message, length field included.
    package static func encode(_ message: PeerMessage) -> [UInt8] {
        var body = fields(of: message, withAddresses: true)
        if body.count + FrameSplitter.headerSize > PeerLimits.frame {
            // Only a state with very many addresses gets here; the digest covers them too.
            body = fields(of: message, withAddresses: false)
        }
        precondition(body.count + FrameSplitter.headerSize <= PeerLimits.frame)
        return FrameSplitter.frame(version: version, type: message.kind.rawValue, body: body)
    }

    /// The message of one frame without its length field, or nothing if its type is unknown.
    package static func decode(_ frame: ArraySlice<UInt8>) throws(PeerViolation) -> PeerMessage? {
        guard let parts = FrameSplitter.parts(of: frame) else { throw .frame(.undersized(UInt32(frame.count))) }
        guard parts.version == version else { throw .unsupportedVersion(parts.version) }
        guard let kind = PeerMessage.Kind(rawValue: parts.type) else { return nil }
        do throws(ProtocolViolation.Malformation) {
            return try message(of: kind, Field.all(in: parts.body))
        } catch {
            throw .malformed(kind, error)
        }
    }
}
