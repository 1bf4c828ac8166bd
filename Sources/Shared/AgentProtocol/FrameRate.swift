import Primitives

/// How many frames come, so that nobody who has a key keeps the other end from everything else.
struct FrameRate: Hashable, Sendable {
    private var windowEnd = MonotonicInstant(nanoseconds: 0)
    private var framesAtStart: UInt64 = 0

    /// Takes note of how many frames came so far; a violation when it is too many within a second.
    mutating func take(_ frames: UInt64, at now: MonotonicInstant) throws(ProtocolViolation) {
        if now >= windowEnd {
            windowEnd = now + .seconds(1)
            framesAtStart = frames
        }
        guard frames - framesAtStart <= Limits.framesPerSecond else { throw .tooManyFrames }
    }
}
