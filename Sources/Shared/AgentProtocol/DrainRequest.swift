package import Primitives

/// The node asks to get no new connections because it is about to release its virtual addresses.
package struct DrainRequest: Hashable, Sendable {
    /// Names the request, so that the reply can be told from one to an older request.
    package var identifier: UInt64
    /// How long the node will wait for its connections to end.
    package var deadline: Interval

    /// Makes a request.
    package init(identifier: UInt64, deadline: Interval) {
        self.identifier = identifier
        self.deadline = min(max(deadline, Limits.drainDeadline.lowerBound), Limits.drainDeadline.upperBound)
    }
}
