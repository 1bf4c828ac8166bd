/// What a service makes of a real server's weight.
package enum PoolWeight: Hashable, Sendable {
    /// This weight.
    case exactly(UInt32)
    /// The weight that the kernel has; 0 if it has no such destination.
    case keep
    /// The weight that the kernel has, and no destination if it has none.
    case adopt
    /// No destination.
    case absent
}
