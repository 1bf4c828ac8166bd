/// The name of a kernel scheduler (net/netfilter/ipvs/ip_vs_*.c).
package enum Scheduler: String, Hashable, Sendable, CaseIterable {
    case roundRobin = "rr"
    case weightedRoundRobin = "wrr"
    case leastConnection = "lc"
    case weightedLeastConnection = "wlc"
    case localityBasedLeastConnection = "lblc"
    case localityBasedLeastConnectionWithReplication = "lblcr"
    case destinationHashing = "dh"
    case sourceHashing = "sh"
    case maglevHashing = "mh"
    case shortestExpectedDelay = "sed"
    case neverQueue = "nq"
    case weightedFailover = "fo"
    case weightedOverflow = "ovf"
    case powerOfTwoChoices = "twos"

    /// Whether a weight is a share of the connections; to the others it is only 0 or not, or an order.
    package var spreadsByWeight: Bool {
        switch self {
        case .roundRobin, .leastConnection, .destinationHashing, .weightedFailover, .weightedOverflow: false
        case .weightedRoundRobin, .weightedLeastConnection, .localityBasedLeastConnection,
            .localityBasedLeastConnectionWithReplication, .sourceHashing, .maglevHashing, .shortestExpectedDelay,
            .neverQueue, .powerOfTwoChoices:
            true
        }
    }
}
