import Primitives

/// Bytes that wait to be sent; beyond `Limits.output` the link is lost rather than the memory.
struct OutputBuffer: Sendable {
    private var bytes: [UInt8] = []
    private(set) var hasOverflowed = false

    mutating func append(_ message: AgentMessage) {
        let frame = FrameCodec.encode(message)
        guard bytes.count + frame.count <= Limits.output else {
            hasOverflowed = true
            return
        }
        bytes += frame
    }

    mutating func take() -> [UInt8] {
        defer { bytes = [] }
        return bytes
    }
}
