/// What is wrong with an answer.
package enum HTTPFault: Hashable, Sendable {
    /// Its status is not among the expected ones.
    case status
    /// Its body has not the expected pattern in it.
    case body
    /// The connection ended before it.
    case closed
}
