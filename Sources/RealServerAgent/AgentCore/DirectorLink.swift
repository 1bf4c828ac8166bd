import AgentProtocol
import Primitives

/// A director's live connection.
struct DirectorLink: Sendable {
    let connection: UInt64
    let director: KeyFingerprint
    let remote: IPAddress
    let openedAt: MonotonicInstant
    var session: AgentLinkSession
    var view: View?
    var viewedAt: MonotonicInstant?
}
