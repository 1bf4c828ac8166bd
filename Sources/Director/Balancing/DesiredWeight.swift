/// What a destination's weight should be.
package enum DesiredWeight: Hashable, Sendable {
    /// This, whatever the kernel has.
    case exactly(UInt32)
    /// What the kernel has, so that a restart changes nothing before health is known; this if it has no such destination.
    case keep(initially: UInt32)
    /// What the kernel has, and no destination if it has none: a restart neither adds nor removes it.
    case adopt

    /// The weight of a destination that is added.
    package var initial: UInt32 {
        switch self {
        case .exactly(let weight), .keep(let weight): weight
        case .adopt: 0
        }
    }
}
