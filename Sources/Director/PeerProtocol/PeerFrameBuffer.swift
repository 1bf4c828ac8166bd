internal import AgentProtocol

/// Collects received bytes into messages of the peer link.
package struct PeerFrameBuffer: Sendable {
    private var splitter = FrameSplitter(limit: PeerLimits.frame)

    /// Makes an empty buffer.
    package init() {}

    /// Takes received bytes and gives the messages that became complete, skipping those of unknown types.
    package mutating func append(_ bytes: ArraySlice<UInt8>) throws(PeerViolation) -> [PeerMessage] {
        splitter.append(bytes)
        var messages: [PeerMessage] = []
        while let frame = try next() {
            if let message = try PeerFrameCodec.decode(frame) { messages.append(message) }
        }
        return messages
    }

    private mutating func next() throws(PeerViolation) -> ArraySlice<UInt8>? {
        do throws(FrameSplitter.Malformation) {
            return try splitter.next()
        } catch {
            throw .frame(error)
        }
    }
}
