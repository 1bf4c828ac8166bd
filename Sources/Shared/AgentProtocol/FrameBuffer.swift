import Primitives

/// Collects received bytes into frames; it never holds more than one frame's worth beyond what was just received.
package struct FrameBuffer: Sendable {
    private var pending: [UInt8] = []

    /// Makes an empty buffer.
    package init() {}

    /// How many bytes wait for the rest of their frame.
    package var count: Int { pending.count }

    /// Takes received bytes and gives the messages that became complete, skipping those of unknown types.
    package mutating func append(_ bytes: ArraySlice<UInt8>) throws(ProtocolViolation) -> [AgentMessage] {
        // Most chunks hold whole frames, which need no copy.
        let buffer = pending.isEmpty ? bytes : (pending + bytes)[...]
        pending = []
        var messages: [AgentMessage] = []
        var start = buffer.startIndex
        while buffer.endIndex - start >= FrameCodec.lengthSize {
            let length = buffer[start..<start + FrameCodec.lengthSize].reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
            guard length <= UInt32(Limits.frame) else { throw .oversizedFrame(length) }
            guard length >= UInt32(FrameCodec.headerSize) else { throw .undersizedFrame(length) }
            let first = start + FrameCodec.lengthSize
            guard buffer.endIndex - first >= Int(length) else { break }
            if let message = try FrameCodec.decode(buffer[first..<first + Int(length)]) { messages.append(message) }
            start = first + Int(length)
        }
        pending = Array(buffer[start...])
        return messages
    }
}
