/// A story of two routers on the segment, with what has to come of it.
struct SegmentScenario: Sendable {
    var name: String
    /// What happens, for a person.
    var summary: String
    var play: @Sendable (Segment, inout Outcome) throws -> Void

    /// Every scenario that needs no IPVS, in the order in which they are played.
    static let all: [SegmentScenario] =
        InteropCase.all.map { wanted in
            SegmentScenario(name: wanted.name, summary: wanted.summary) { try wanted.play($0, &$1) }
        } + virtualMACs + [virtualMACHandover]
        + [splitOneWay, splitCut, splitFrozen, splitKeys, splitMulticast, splitLink, forgedAdvertisements]
        + [sharedProbes]
}
