/// How a run on the node itself ended.
package enum LocalRunOutcome: Hashable, Sendable {
    /// It is as it should be; what was seen, and what was answered.
    case passed(String, answer: [UInt8] = [])
    /// It is not: refused, another answer than the expected one, or another error of that name.
    case failed(String)
    /// Nothing came in time.
    case timedOut
    /// It could not even be tried.
    case notRun(String)
    /// It had to wait, because too many are under way.
    case busy(String)

    /// A connection was accepted.
    package static var connected: LocalRunOutcome { .passed("connected") }
}
