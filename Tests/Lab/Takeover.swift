import Glibc
import Primitives

/// What it takes for the VIP to move from lb1 to lb2.
struct Takeover {
    /// Skew_Time of lb2: (256 - 100) * 100 ms / 256 (RFC 9568 section 6.1).
    static let skewTime = Interval.microseconds(60_937)
    /// Active_Down_Interval of lb2: 3 * 100 ms + Skew_Time.
    static let activeDownInterval = Interval.microseconds(360_937)
    /// What the bounds allow for waking up, netlink and emulation.
    static let allowance = Interval.milliseconds(90)

    /// Last advertisement of the old to first gratuitous ARP of the new.
    let sinceAdvertisement: Interval?
    /// The incident to the first gratuitous ARP.
    let sinceIncident: Interval?
    var load: Load

    /// Watches the takeover that `incident`, which gives its own instant, causes.
    init(_ cluster: Cluster, _ incident: () throws -> MonotonicInstant) throws {
        var times: (Interval?, Interval?) = (nil, nil)
        load = try cluster.underLoad {
            let instant = try incident()
            let next = cluster.directors[1]
            guard let announcement = cluster.announcement(by: next, since: instant, limit: .seconds(10))
            else { return }
            let last = cluster.frames.last(before: announcement.at) {
                $0.from == "lb1" && $0.isAdvertisement
            }
            times = (last.map { announcement.at - $0.at }, announcement.at - instant)
        }
        (sinceAdvertisement, sinceIncident) = times
    }
}
