/// Why a link must be closed.
package enum ProtocolViolation: Error, Hashable, Sendable {
    /// A frame announced more than `Limits.frame` bytes.
    case oversizedFrame(UInt32)
    /// A frame announced less than its own header.
    case undersizedFrame(UInt32)
    /// A frame of a protocol version that this program does not speak.
    case unsupportedVersion(UInt8)
    /// A frame whose fields do not decode.
    case malformed(AgentMessage.Kind, Malformation)
    /// A message that does not belong to the sender's end, or not at this time.
    case unexpected(AgentMessage.Kind)
    /// A report or heartbeat that was not newer than the one before.
    case sequenceNotRising(last: UInt64, received: UInt64)
    /// A report that speaks of another boot than the Hello did.
    case foreignBoot
    /// The other end's Hello did not come in time.
    case helloTimeout
    /// Nothing was heard for far longer than the heartbeat interval.
    case silence
    /// More than `Limits.output` bytes wait to be sent.
    case outputOverflow
    /// More than `Limits.framesPerSecond` frames came within a second.
    case tooManyFrames

    /// What is wrong with the fields of a frame.
    package enum Malformation: Error, Hashable, Sendable {
        /// A field runs past the end of what holds it.
        case truncated
        /// A required field is not there.
        case missing(tag: UInt16)
        /// A field's value has the wrong size or is out of its bounds.
        case invalid(tag: UInt16)
        /// A field is there more often than it may be.
        case repeated(tag: UInt16)
    }
}

extension ProtocolViolation: CustomStringConvertible {
    package var description: String {
        switch self {
        case .oversizedFrame(let length): "frame of \(length) bytes, at most \(Limits.frame) allowed"
        case .undersizedFrame(let length): "frame of \(length) bytes, shorter than its header"
        case .unsupportedVersion(let version): "protocol version \(version), this program speaks \(FrameCodec.version)"
        case .malformed(let kind, let malformation): "\(kind) \(malformation)"
        case .unexpected(let kind): "\(kind) where none is expected"
        case .sequenceNotRising(let last, let received): "sequence \(received) after \(last)"
        case .foreignBoot: "report of another boot than its Hello's"
        case .helloTimeout: "no Hello within \(Limits.helloTimeout)"
        case .silence: "nothing heard"
        case .tooManyFrames: "more than \(Limits.framesPerSecond) frames within a second"
        case .outputOverflow: "more than \(Limits.output) bytes unsent"
        }
    }
}

extension ProtocolViolation.Malformation: CustomStringConvertible {
    package var description: String {
        switch self {
        case .truncated: "with a truncated field"
        case .missing(let tag): "without field \(tag)"
        case .invalid(let tag): "with invalid field \(tag)"
        case .repeated(let tag): "with field \(tag) too often"
        }
    }
}
