import Primitives

/// What share of its capacity the node offers: the least that its gauges allow, smoothed, and told in steps.
struct Capacity: Sendable {
    /// What one gauge allows.
    private struct Reading: Sendable {
        var smoothed: Double
        var since: MonotonicInstant
        var at: MonotonicInstant
    }

    let settings: CapacitySettings
    private var readings: [Reading?]
    private var problems: [String?]
    /// What is offered, in percent; nothing while it is not known.
    private(set) var offered: UInt8?
    /// What decided when it was told last.
    private var decision = ""
    /// The first gauge of which nothing is known, with the reason.
    private var gap: String?
    /// When the gauges are to be looked at next.
    private(set) var deadline: MonotonicInstant

    /// Makes it, to be measured at once.
    init(_ settings: CapacitySettings, at now: MonotonicInstant) {
        self.settings = settings
        readings = settings.gauges.map { _ in nil }
        problems = readings.map { _ in nil }
        deadline = now
    }

    /// Gives the gauges to look at, if it is time to.
    mutating func takeDue(at now: MonotonicInstant) -> [LoadGauge] {
        guard deadline <= now else { return [] }
        deadline = now + settings.interval
        judge(at: now)
        return settings.gauges
    }

    /// Takes in a number that a gauge shows, or why it shows none.
    mutating func take(_ value: Double?, of gauge: LoadGauge, problem: String = "no number", at now: MonotonicInstant) {
        guard let index = settings.gauges.firstIndex(of: gauge) else { return }
        guard let value else {
            // The first of several in a row stays, so that what differs every time is told once.
            problems[index] = problems[index] ?? problem
            return judge(at: now)
        }
        problems[index] = nil
        let share = gauge.capacity(at: value)
        if var reading = readings[index] {
            let elapsed = max(0, (now - reading.at).seconds)
            let weight = settings.smoothing > .zero ? elapsed / (elapsed + settings.smoothing.seconds) : 1
            reading.smoothed += (share - reading.smoothed) * weight
            reading.at = now
            readings[index] = reading
        } else {
            readings[index] = Reading(smoothed: share, since: now, at: now)
        }
        judge(at: now)
    }

    /// Decides what is offered.
    private mutating func judge(at now: MonotonicInstant) {
        // What a gauge said holds for a while, so that one that fails once changes nothing.
        let patience = settings.interval * 3 + settings.smoothing
        for index in readings.indices {
            guard let reading = readings[index], now - reading.at > patience else { continue }
            readings[index] = nil
            problems[index] = problems[index] ?? "no answer"
        }
        let gaps = zip(settings.gauges, problems).compactMap { gauge, problem in problem.map { "\(gauge): \($0)" } }
        gap = gaps.first
        let known = zip(settings.gauges, readings).compactMap { gauge, reading in reading.map { (gauge, $0) } }
        guard let least = known.min(by: { $0.1.smoothed < $1.1.smoothed }) else {
            offered = nil
            return
        }
        if offered == nil {
            // The first numbers after a start say little about what lasts, and what the directors know still holds.
            let isPending = zip(readings, problems).contains { $0 == nil && $1 == nil }
            guard !isPending, known.allSatisfy({ now - $0.1.since >= settings.smoothing }) else { return }
        }
        let percent = min(settings.range.upperBound, max(settings.range.lowerBound, Int(least.1.smoothed.rounded())))
        let isBound = percent == settings.range.lowerBound || percent == settings.range.upperBound
        if let offered {
            let difference = abs(percent - Int(offered))
            guard difference >= settings.step || isBound && difference > 0 else { return }
        }
        offered = UInt8(clamping: percent)
        decision = "\(percent)% by \(least.0)"
    }

    /// What decided, and what is missing.
    var evidence: String {
        offered == nil ? gap ?? "not measured yet" : decision + (gap.map { "; \($0)" } ?? "")
    }
}
