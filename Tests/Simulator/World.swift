import Primitives

/// Virtual time, everything that is going to happen in it, and what was found wrong.
class World {
    /// The seed from which everything is drawn.
    let seed: UInt64
    /// What happened.
    var trace: Trace
    /// The first thing found wrong.
    private(set) var violation: Violation?
    /// The present.
    private(set) var now = MonotonicInstant(nanoseconds: 0)
    /// The living threads.
    var loops: [Loop] = []
    /// How late a timer may fire.
    var timerLateness = Interval.milliseconds(1)

    private var queue = EventQueue()
    private var steps = 0
    private var stepsSince = MonotonicInstant(nanoseconds: 0)
    private static let stepLimit = 10_000
    private var latenessDice: Dice

    /// Makes a world in which nothing happens yet.
    init(seed: UInt64, trace: Trace) {
        self.seed = seed
        self.trace = trace
        latenessDice = Dice(seed: seed, stream: 1)
    }

    /// Notes something in the trace.
    func note(_ actor: String, _ what: Any, bytes: [UInt8] = []) {
        trace.note(now, actor, what, bytes: bytes)
    }

    /// Says that a rule was broken; only the first time counts.
    func fail(_ kind: Violation.Kind, _ rule: Violation.Rule, _ detail: String) {
        guard violation == nil else { return }
        violation = Violation(kind: kind, rule: rule, time: now, detail: detail)
    }

    /// Lets something happen later.
    func after(_ delay: Interval, _ action: @escaping () -> Void) {
        queue.schedule(at: now + delay, action)
    }

    /// Puts a message into a thread's mailbox; messages never overtake each other.
    func mail(to loop: Loop, after delay: Interval, _ action: @escaping () -> Void) {
        loop.lastMail = max(loop.lastMail, now + delay)
        queue.schedule(at: loop.lastMail) { loop.run(action) }
    }

    /// Puts an order into a thread's mailbox, which it has taken before it judges a packet that comes later.
    func order(to loop: Loop, after delay: Interval, _ action: @escaping () -> Void) {
        loop.lastMail = max(loop.lastMail, now + delay)
        let number = loop.put(action)
        queue.schedule(at: loop.lastMail) { loop.takeOrders(upTo: number) }
    }

    /// Lets something happen on a thread later.
    func post(to loop: Loop, after delay: Interval, _ action: @escaping () -> Void) {
        queue.schedule(at: now + delay) { loop.run(action) }
    }

    func drawLateness() -> Interval {
        latenessDice.interval(.microseconds(1)...timerLateness)
    }

    /// Something that makes itself happen again and again is a fault too.
    private func countStep() {
        steps += 1
        guard now - stepsSince >= .milliseconds(100) else {
            if steps > Self.stepLimit {
                fail(.safety, .boundedEffects, "\(steps) happenings in \(now - stepsSince)")
            }
            return
        }
        (steps, stepsSince) = (0, now)
    }

    /// Lets everything happen up to a time, or up to the first violation.
    func run(until end: MonotonicInstant) {
        while violation == nil {
            var earliest: Loop?
            for loop in loops {
                guard let time = loop.firesAt else { continue }
                if let best = earliest?.firesAt, best <= time { continue }
                earliest = loop
            }
            let next = queue.nextTime
            if let loop = earliest, let time = loop.firesAt, next.map({ time < $0 }) ?? true {
                guard time <= end else { break }
                now = max(now, time)
                loop.fire()
            } else if let next, next <= end, let happening = queue.popFirst() {
                now = happening.time
                happening.action()
            } else {
                break
            }
            countStep()
        }
        now = max(now, end)
    }
}
