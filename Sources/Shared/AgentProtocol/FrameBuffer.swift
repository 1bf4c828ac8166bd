import Primitives

/// Collects received bytes into the messages of the agent link.
package struct FrameBuffer: Sendable {
    private var splitter = FrameSplitter(limit: Limits.frame)
    /// How many frames came so far, of whatever type.
    package private(set) var frames: UInt64 = 0

    /// Makes an empty buffer.
    package init() {}

    /// How many bytes wait for the rest of their frame.
    package var count: Int { splitter.count }

    /// Takes received bytes and gives the messages that became complete, skipping those of unknown types.
    package mutating func append(_ bytes: ArraySlice<UInt8>) throws(ProtocolViolation) -> [AgentMessage] {
        splitter.append(bytes)
        var messages: [AgentMessage] = []
        while let frame = try next() {
            frames += 1
            if let message = try FrameCodec.decode(frame) { messages.append(message) }
        }
        return messages
    }

    private mutating func next() throws(ProtocolViolation) -> ArraySlice<UInt8>? {
        do throws(FrameSplitter.Malformation) {
            return try splitter.next()
        } catch {
            switch error {
            case .oversized(let length): throw .oversizedFrame(length)
            case .undersized(let length): throw .undersizedFrame(length)
            }
        }
    }
}
