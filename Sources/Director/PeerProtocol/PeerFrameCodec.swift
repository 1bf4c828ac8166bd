internal import AgentProtocol
internal import Primitives

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
        var writer = ByteWriter()
        writer.write(UInt32(FrameSplitter.headerSize + body.count))
        writer.write(version)
        writer.write(message.kind.rawValue)
        writer.write(UInt16(0))
        writer.write(bytes: body)
        return writer.bytes
    }

    /// The message of one frame without its length field, or nothing if its type is unknown.
    package static func decode(_ frame: ArraySlice<UInt8>) throws(PeerViolation) -> PeerMessage? {
        var reader = ByteReader(frame)
        guard let version: UInt8 = try? reader.read(), let type: UInt8 = try? reader.read(),
            let _: UInt16 = try? reader.read()
        else { throw .frame(.undersized(UInt32(frame.count))) }
        guard version == Self.version else { throw .unsupportedVersion(version) }
        guard let kind = PeerMessage.Kind(rawValue: type) else { return nil }
        do throws(ProtocolViolation.Malformation) {
            return try message(of: kind, Field.all(in: reader.readRest()))
        } catch {
            throw .malformed(kind, error)
        }
    }
}
