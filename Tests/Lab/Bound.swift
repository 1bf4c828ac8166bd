/// What the repetitions of a figure have to satisfy, in the figure's unit.
enum Bound: Sendable {
    /// Reported, not judged.
    case none
    case eachAtMost(Double)
    case medianAtMost(Double)
    /// Nine of ten are at most this: 18 of 20, both of 2.
    case nineOfTenAtMost(Double)

    /// Whether the values satisfy it.
    func holds(_ values: [Double]) -> Bool {
        switch self {
        case .none: true
        case .eachAtMost(let limit): values.allSatisfy { $0 <= limit }
        case .medianAtMost(let limit): Bound.median(values) <= limit
        case .nineOfTenAtMost(let limit): values.count { $0 > limit } <= values.count / 10
        }
    }

    /// The bound with its limit multiplied, a median's by a factor of its own.
    func times(_ factor: Double, median: Double) -> Bound {
        switch self {
        case .none: .none
        case .eachAtMost(let limit): .eachAtMost(limit * factor)
        case .medianAtMost(let limit): .medianAtMost(limit * median)
        case .nineOfTenAtMost(let limit): .nineOfTenAtMost(limit * factor)
        }
    }

    /// The limit in words.
    var description: String {
        switch self {
        case .none: "none"
        case .eachAtMost(let limit): "each at most \(rounded(limit))"
        case .medianAtMost(let limit): "median at most \(rounded(limit))"
        case .nineOfTenAtMost(let limit): "nine of ten at most \(rounded(limit))"
        }
    }

    /// The middle value, the mean of the two middle ones when there are two.
    static func median(_ values: [Double]) -> Double {
        let sorted = values.sorted()
        guard let upper = sorted.dropFirst(sorted.count / 2).first else { return .infinity }
        guard sorted.count.isMultiple(of: 2) else { return upper }
        return (sorted[sorted.count / 2 - 1] + upper) / 2
    }
}
