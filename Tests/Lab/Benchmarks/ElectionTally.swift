import Primitives

/// What a LAN's frames say of an election between two instants, of which the first host leads at the beginning.
struct ElectionTally {
    /// The advertisements of both hosts.
    private(set) var advertisements = 0
    /// When the second host began to advertise after the first.
    private(set) var takeovers: [MonotonicInstant] = []
    private let period: Range<MonotonicInstant>
    private let hosts: (first: String, second: String)
    private let activeDownInterval: Interval
    private var last: String
    private var lastOfSecond: MonotonicInstant?

    init(
        _ period: Range<MonotonicInstant>,
        _ hosts: (first: String, second: String),
        activeDownInterval: Interval,
    ) {
        (self.period, self.hosts, self.activeDownInterval) = (period, hosts, activeDownInterval)
        last = hosts.first
    }

    /// Counts further frames, in the order in which they were seen.
    mutating func count(_ frames: [CapturedFrame]) {
        for frame in frames where period.contains(frame.at) && (frame.priority ?? 0) > 0 {
            advertisements += 1
            defer { last = frame.from }
            guard frame.from == hosts.second else { continue }
            // Sooner than a Backup Router may, it has not taken over again: it has not heard the first's return yet.
            let isAnew = lastOfSecond.map { frame.at - $0 >= activeDownInterval } ?? true
            if last == hosts.first, isAnew { takeovers.append(frame.at) }
            lastOfSecond = frame.at
        }
    }
}
