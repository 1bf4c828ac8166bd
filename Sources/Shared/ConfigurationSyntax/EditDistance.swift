/// Finds the valid spelling that somebody probably meant.
package enum EditDistance {
    /// The candidate nearest to the text, if any is near enough to be worth suggesting.
    package static func nearest(to text: String, among candidates: [String]) -> String? {
        guard text.utf8.count <= 64 else { return nil }
        let wanted = normalized(text)
        var best: (candidate: String, distance: Int)?
        for candidate in candidates where candidate != text && candidate.utf8.count <= 64 {
            let other = normalized(candidate)
            let distance = between(wanted, other)
            guard distance <= max(1, min(wanted.count, other.count) / 3) else { continue }
            if best.map({ distance < $0.distance }) ?? true { best = (candidate, distance) }
        }
        return best?.candidate
    }

    /// Case and the kind of dash do not count.
    private static func normalized(_ text: String) -> [Character] {
        text.lowercased().map { $0 == "-" || $0 == " " ? "_" : $0 }
    }

    /// How many insertions, deletions, replacements and swaps of neighbours lead from one text to the other.
    static func between(_ left: [Character], _ right: [Character]) -> Int {
        guard !left.isEmpty, !right.isEmpty else { return max(left.count, right.count) }
        var beforePrevious: [Int] = []
        var previous = Array(0...right.count)
        for row in 1...left.count {
            var current = [row]
            for column in 1...right.count {
                let substitution = previous[column - 1] + (left[row - 1] == right[column - 1] ? 0 : 1)
                var cost = min(substitution, previous[column] + 1, current[column - 1] + 1)
                if row > 1, column > 1, left[row - 1] == right[column - 2], left[row - 2] == right[column - 1] {
                    cost = min(cost, beforePrevious[column - 2] + 1)
                }
                current.append(cost)
            }
            beforePrevious = previous
            previous = current
        }
        return previous[right.count]
    }
}
