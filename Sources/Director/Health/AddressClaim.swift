/// How a machine acts as if a virtual address were its own.
package enum AddressClaim: UInt8, Hashable, Sendable, CaseIterable {
    /// It answers for the address, or announces it.
    case answer
    /// It asks for another address in the name of this one, by which everybody who hears it learns it.
    case question
}
