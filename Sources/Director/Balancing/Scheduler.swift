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
}
