package import AgentProtocol

/// Why a peer link must be closed.
package enum PeerViolation: Error, Hashable, Sendable {
    /// A frame of an impossible length.
    case frame(FrameSplitter.Malformation)
    /// A frame of a protocol version that this program does not speak.
    case unsupportedVersion(UInt8)
    /// A frame whose fields do not decode.
    case malformed(PeerMessage.Kind, ProtocolViolation.Malformation)
    /// A message that does not belong at this time.
    case unexpected(PeerMessage.Kind)
    /// A heartbeat that was not newer than the one before.
    case sequenceNotRising(last: UInt64, received: UInt64)
    /// More opinions than `PeerLimits.opinions`.
    case tooManyOpinions
    /// The other end's Hello did not come in time.
    case helloTimeout
    /// Nothing was heard for far longer than the heartbeat interval.
    case silence
    /// More than `PeerLimits.output` bytes wait to be sent.
    case outputOverflow
}

extension PeerViolation: CustomStringConvertible {
    package var description: String {
        switch self {
        case .frame(.oversized(let length)): "frame of \(length) bytes, at most \(PeerLimits.frame) allowed"
        case .frame(.undersized(let length)): "frame of \(length) bytes, shorter than its header"
        case .unsupportedVersion(let version):
            "protocol version \(version), this program speaks \(PeerFrameCodec.version)"
        case .malformed(let kind, let malformation): "\(kind) \(malformation)"
        case .unexpected(let kind): "\(kind) where none is expected"
        case .sequenceNotRising(let last, let received): "sequence \(received) after \(last)"
        case .tooManyOpinions: "more than \(PeerLimits.opinions) opinions"
        case .helloTimeout: "no Hello within \(PeerLimits.helloTimeout)"
        case .silence: "nothing heard for \(PeerLimits.abandonment)"
        case .outputOverflow: "more than \(PeerLimits.output) bytes unsent"
        }
    }
}
