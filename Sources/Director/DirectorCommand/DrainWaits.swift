internal import DirectorCore
internal import Primitives

/// Those who wait for news of a drain, and when to look for it.
///
/// The news come with many events, most of which bring none: there is one look after several events, not one for each.
struct DrainWaits<Reply> {
    /// Somebody who waits.
    struct Wait {
        var realServer: String
        var service: String?
        /// What is known to them.
        var known: String?
        /// When they are answered in any case.
        var until: MonotonicInstant
        var reply: Reply
    }

    /// How many may wait at a time.
    static var limit: Int { 64 }
    /// How long they wait for news: less than a control socket waits for an answer.
    static var patience: Interval { .seconds(8) }
    /// The least time between two looks.
    static var pacing: Interval { .milliseconds(50) }

    private var waits: [Wait] = []
    private var nextLook = MonotonicInstant(nanoseconds: 0)
    private var hasEvents = false

    /// Adds somebody who is answered with the next look; false if too many wait already.
    mutating func add(_ realServer: String, service: String?, known: String?, _ reply: Reply, at now: MonotonicInstant)
        -> Bool
    {
        guard waits.count < Self.limit else { return false }
        let until = now + Self.patience
        waits.append(Wait(realServer: realServer, service: service, known: known, until: until, reply: reply))
        return true
    }

    /// When the next look is due though nothing happens.
    var deadline: MonotonicInstant? {
        hasEvents ? nextLook : waits.map(\.until).min()
    }

    /// Takes note that something has happened, and tells whether to look now.
    mutating func isDue(at now: MonotonicInstant) -> Bool {
        hasEvents = !waits.isEmpty
        return hasEvents && now >= nextLook
    }

    /// Takes those out for whom there is news in a status, or whose time is up.
    mutating func take(_ status: ClusterStatus, at now: MonotonicInstant) -> [(Reply, DrainProgress)] {
        nextLook = now + Self.pacing
        hasEvents = false
        var answered: [(Reply, DrainProgress)] = []
        waits.removeAll { wait in
            let progress = DrainProgress(status, realServer: wait.realServer, service: wait.service)
            guard progress.text != wait.known || progress.state != .draining || wait.until <= now else { return false }
            answered.append((wait.reply, progress))
            return true
        }
        return answered
    }
}
