/// A message of the agent link.
package enum AgentMessage: Hashable, Sendable {
    case hello(Hello)
    case desiredState(DesiredState)
    case report(Report)
    case heartbeat(Heartbeat)
    case drainRequest(DrainRequest)
    case drainReply(DrainReply)
    case view(View)
    case goodbye(Goodbye)

    /// The type octet of a frame.
    package enum Kind: UInt8, Hashable, Sendable, CaseIterable {
        case hello = 1
        case desiredState = 2
        case report = 3
        case heartbeat = 4
        case drainRequest = 5
        case drainReply = 6
        case view = 7
        case goodbye = 8
    }

    /// The message's type.
    package var kind: Kind {
        switch self {
        case .hello: .hello
        case .desiredState: .desiredState
        case .report: .report
        case .heartbeat: .heartbeat
        case .drainRequest: .drainRequest
        case .drainReply: .drainReply
        case .view: .view
        case .goodbye: .goodbye
        }
    }
}
