import Election
import Glibc
import Linux
import Primitives
import Synchronization
import TestNetwork
import VRRP

/// Two directors at 10 ms intervals, every processor busy, a reload every five seconds: nobody takes over.
///
/// Windows in which the machine itself stood still for as long as the Backup Router waits, or longer, are listed and
/// excluded.
enum LoadCheck {
    static let interval = Interval.milliseconds(10)
    static let backupPriority: UInt8 = 100
    /// Active_Down_Interval of the Backup Router: three intervals and the skew, 36.09 ms (RFC 9568 section 6.1).
    ///
    /// A reload that raises its priority by 1 makes it 0.04 ms less.
    static let activeDownInterval = VirtualRouter(
        settings: Director.settings(backupPriority, interval),
        at: MonotonicInstant(nanoseconds: 0)
    ).activeDownInterval(of: interval)
    /// What a processor stands still for that can be a takeover's only cause: an advertisement was due when it began.
    static let excusing = activeDownInterval - interval
    /// From how many seconds on nothing less than one stall of Active_Down_Interval excuses.
    ///
    /// A short run has to pass on machines whose processors are shared: those stand still for less all the time, and what
    /// they do so within one Active_Down_Interval is added up, over all processors: the Active Router is held up on one of
    /// them and the Backup Router on another.
    static let strictFrom: Int64 = 60
    /// How often a short run is played until it passes; each failure is printed.
    ///
    /// A machine may be so busy for a moment that a witness does not see why.
    static let shortTries = 3
    /// For so long after a stall a takeover may come from it.
    ///
    /// The elections wake up after the witness, and an Active Router whose timer ran out meanwhile advertises at once, so that
    /// one interval later the Backup Router has heard it.
    static let aftermath = interval
    /// The same for an Active Router that found itself late: it steps back, and listens for Active_Down_Interval before it
    /// claims again.
    static let lateAftermath = activeDownInterval + interval
    /// Stalls of this length are told beside a takeover that they do not excuse, and added up in a short run: many times
    /// what a witness is late by on a machine of its own.
    static let notable = Interval.milliseconds(3)

    static func run(seconds: Int64) throws -> Bool {
        for number in 1..<(seconds >= strictFrom ? 1 : shortTries) {
            if try NetworkNamespace.run({ try attempt(seconds: seconds) }) { return true }
            print("failed on try \(number) of \(shortTries)")
        }
        return try NetworkNamespace.run { try attempt(seconds: seconds) }
    }

    private static func attempt(seconds: Int64) throws -> Bool {
        let isDone = Flag()
        let backup = try Mailbox<Director>(capacity: 1, whenFull: .refuse)
        let place = try Mailbox<String>(capacity: 1, whenFull: .refuse)
        let moved = try Mailbox<Bool>(capacity: 1, whenFull: .refuse)
        try LoopThread.start(name: "backup") {
            do {
                try NetworkNamespace.run {
                    place.post("/proc/\(CallingThread.path)/ns/net")
                    _ = try first(of: moved)
                    try lay("eth1", "192.0.2.3")
                    backup.post(try Director(Director.settings(backupPriority, interval, "eth1")))
                    while !isDone.value { usleep(50_000) }
                }
            } catch {
                print("the backup's namespace: \(error)")
                exit(2)
            }
        }
        try NetworkNamespace.command("ip link add eth0 type veth peer name eth1")
        try NetworkNamespace.command("ip link set eth1 netns \(try first(of: place))")
        moved.post(true)
        try lay("eth0", "192.0.2.2")
        let other = try first(of: backup)
        let active = try Director(Director.settings(200, interval))
        defer {
            isDone.set()
            active.stop()
            other.stop()
        }
        usleep(1_500_000)
        let witness = Witness()
        let refusals = try witness.start(noting: notable).compactMap(\.realTimeRefusal)
        if let refusal = refusals.first { print("the witness has no real time: \(refusal)") }
        let begin = Clock.now
        for _ in 0..<(2 * Int(sysconf(Int32(_SC_NPROCESSORS_ONLN)))) {
            try LoopThread.start(name: "load") {
                var number: UInt64 = 1
                while !isDone.value { for _ in 0..<100_000 { number = number &* 6_364_136_223_846_793_005 &+ 1 } }
                if number == 0 { print("") }
            }
        }
        var reloads = 0
        while Clock.now < begin + .seconds(seconds) {
            usleep(100_000)
            if Clock.now >= begin + .seconds(5) * Int64(reloads + 1) {
                reloads += 1
                active.reload(reloads)
                other.reload(reloads)
            }
        }
        witness.stop()
        return judge(active, other, witness, since: begin, reloads: reloads, isStrict: seconds >= strictFrom)
    }

    private static func judge(
        _ active: Director,
        _ other: Director,
        _ witness: Witness,
        since begin: MonotonicInstant,
        reloads: Int,
        isStrict: Bool,
    ) -> Bool {
        let stalls = witness.stalls(isStrict ? activeDownInterval : excusing)
        let takeovers = (other.history + active.history)
            .filter { $0.at > begin && $0.state == .active }
            .sorted { $0.at < $1.at }
        var bad = 0
        var isExcused = false
        for takeover in takeovers {
            // Once it has begun, a router hears nobody for that long only where it stepped back by itself.
            let aftermath = takeover.reason == .nobodyHeard ? lateAftermath : aftermath
            let length =
                stalls.first { takeover.at >= $0.from && takeover.at <= $0.from + $0.length + aftermath }?.length
                ?? (isStrict ? nil : pieces(witness, takeover.at))
            // Who lost by a stall preempts afterwards: that is how the same takeover ends.
            let isReturn = isExcused && takeover.reason == .preemption
            isExcused = length != nil || isReturn
            if !isExcused { bad += 1 }
            let cause =
                length.map { "excluded, the machine stood still for \($0)" }
                ?? (isReturn ? "excluded, the end of the one before" : running(witness, takeover.at))
            print("takeover after \(takeover.at - begin) (\(takeover.reason)): \(cause)")
        }
        for stall in stalls {
            print("processor \(stall.processor) stood still after \(stall.from - begin) for \(stall.length)")
        }
        let latencies = active.election.health.latencies
        let sent = active.statistics?.advertisementsSent ?? 0
        print(
            "\(Clock.now - begin) at \(interval): \(reloads) reloads, \(sent) advertisements, "
                + "\(active.statistics?.lateAdvertisements ?? 0) late, wake-ups late by "
                + "\(latencies.bound(permille: 990).map { "\($0)" } ?? "more") (99 %), \(latencies.longest) at most, "
                + "\(takeovers.count - bad) takeover(s) excluded, \(bad) takeover(s)"
        )
        let advertised = other.statistics?.advertisementsReceived ?? 0
        guard advertised > 0 else {
            print("the directors do not hear each other")
            return false
        }
        return bad == 0
    }

    /// For how long the processors stood still in the time that a Backup Router waits, where that explains a takeover.
    private static func pieces(_ witness: Witness, _ instant: MonotonicInstant) -> Interval? {
        let from = instant - aftermath - activeDownInterval
        let sum = witness.stalls(notable)
            .filter { $0.from <= instant && $0.from + $0.length >= from }
            .reduce(Interval.zero) { $0 + $1.length }
        return sum >= excusing ? sum : nil
    }

    /// What the witness saw in the time that a Backup Router waits, where it was less than a stall.
    private static func running(_ witness: Witness, _ instant: MonotonicInstant) -> String {
        let short = witness.stalls(notable).filter {
            $0.from <= instant && $0.from + $0.length >= instant - activeDownInterval * 2
        }
        let list = short.map { "\($0.length) on processor \($0.processor)" }.joined(separator: ", ")
        return "with the machine running" + (list.isEmpty ? "" : ", but for \(list)")
    }

    private static func lay(_ interface: String, _ address: String) throws {
        try NetworkNamespace.command("ip address add \(address)/24 dev \(interface)")
        try NetworkNamespace.command("ip link set \(interface) up")
    }

    private static func first<Value: Sendable>(of mailbox: Mailbox<Value>) throws -> Value {
        var reactor = try Reactor()
        try reactor.add(mailbox.descriptor, token: 0, interest: .read)
        while true {
            if let value = mailbox.drain().first { return value }
            _ = try reactor.wait(until: nil)
        }
    }
}

/// Something that is set once.
final class Flag: Sendable {
    private let isSet = Atomic<Bool>(false)
    var value: Bool { isSet.load(ordering: .relaxed) }
    func set() { isSet.store(true, ordering: .relaxed) }
}
