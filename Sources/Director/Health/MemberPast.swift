/// What is remembered of a real server in a service and makes a good word of its agent alone too little.
package enum MemberPast: Hashable, Sendable, CaseIterable {
    /// Nothing is.
    case clean
    /// The director's own probes failed when they last came to a result.
    case failedProbes
    /// It had weight 0 before this director's start, or may have had, and nothing was decided since.
    case outBefore
}
