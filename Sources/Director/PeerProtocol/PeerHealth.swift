/// A part of all the opinions of a director: as many frames as they need, the first and the last marked.
package struct PeerHealth: Hashable, Sendable {
    /// Whether it is the first part.
    package var isFirst: Bool
    /// Whether it is the last part, with which the picture is whole.
    package var isLast: Bool
    /// The opinions of this part.
    package let opinions: [PeerOpinion]

    /// Makes a part.
    package init(isFirst: Bool, isLast: Bool, opinions: [PeerOpinion]) {
        precondition(opinions.count <= PeerLimits.opinionsInFrame)
        self.isFirst = isFirst
        self.isLast = isLast
        self.opinions = opinions
    }

    /// The parts of a whole picture; what exceeds the limit is left out.
    package static func parts(of opinions: [PeerOpinion]) -> [PeerHealth] {
        let all = opinions.prefix(PeerLimits.opinions)
        guard !all.isEmpty else { return [PeerHealth(isFirst: true, isLast: true, opinions: [])] }
        return stride(from: 0, to: all.count, by: PeerLimits.opinionsInFrame).map { start in
            let end = min(start + PeerLimits.opinionsInFrame, all.count)
            return PeerHealth(isFirst: start == 0, isLast: end == all.count, opinions: Array(all[start..<end]))
        }
    }
}
