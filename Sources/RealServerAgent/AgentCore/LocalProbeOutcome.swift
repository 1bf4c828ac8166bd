/// How a connection from the node to its own virtual address and port ended.
package enum LocalProbeOutcome: Hashable, Sendable {
    /// It was accepted.
    case connected
    /// It was refused, or failed with another error of that name.
    case failed(String)
    /// Nothing came in time.
    case timedOut
    /// It could not even be tried.
    case notRun(String)
}
