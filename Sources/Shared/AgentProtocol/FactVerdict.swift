/// What was found about a fact.
package enum FactVerdict: UInt8, Hashable, Sendable, CaseIterable {
    /// It could not be found out, which is never the same as `violated`.
    case unknown = 0
    /// It is so.
    case holds = 1
    /// It is not so.
    case violated = 2
}

extension FactVerdict: CustomStringConvertible {
    package var description: String {
        switch self {
        case .unknown: "unknown"
        case .holds: "holds"
        case .violated: "violated"
        }
    }
}
