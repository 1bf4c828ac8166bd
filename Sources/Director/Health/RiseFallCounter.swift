package import Primitives

/// Counts results until there are enough in a row to believe them.
///
/// While nothing is known, `rise` successes or `fall` failures are needed as well: one packet decides nothing. Nor do many
/// in a short time: the runs that gave them have to have begun as far apart as the caller says.
package struct RiseFallCounter: Hashable, Sendable {
    private let rise: Int
    private let fall: Int
    private var successes = 0
    /// How many of the last results were failures, up to as many as it takes.
    package private(set) var failures = 0
    private var obstacles = 0
    /// When the first of the results in a row began that are being counted.
    private var rowSince: MonotonicInstant?
    /// When the first of the runs in a row began that could not run.
    private var obstaclesSince: MonotonicInstant?

    /// What is believed.
    package private(set) var state = Verdict.State.unknown

    /// Makes a counter that knows nothing.
    package init(rise: Int, fall: Int) {
        precondition(rise > 0 && fall > 0, "a verdict takes at least one result")
        self.rise = rise
        self.fall = fall
    }

    /// What one run of a probe gave.
    package enum Result: Hashable, Sendable, CaseIterable {
        case success
        case failure
        /// It could not run: that says nothing about the target.
        case obstacle
    }

    /// Whether the last results do not support what is believed, so that more are wanted soon.
    package var isUnsure: Bool {
        switch state {
        case .unknown: successes > 0 || failures > 0
        case .up: failures > 0
        case .down: successes > 0
        }
    }

    /// Forgets the failures that were not enough to be believed: something else may have caused them.
    package mutating func forgetFailures() {
        if state != .down { failures = 0 }
    }

    /// Takes the result of a run that began at a time and gives what is believed now.
    ///
    /// The spacing is how far apart two of those runs count as two.
    package mutating func record(_ result: Result, begun: MonotonicInstant, spacing: Interval) -> Verdict.State {
        switch result {
        case .success:
            rowSince = successes == 0 ? begun : rowSince.map { min($0, begun) } ?? begun
            successes = min(successes + 1, rise)
            (failures, obstacles) = (0, 0)
            if successes >= rise, Self.spans(rise, from: rowSince, to: begun, spacing) { state = .up }
        case .failure:
            rowSince = failures == 0 ? begun : rowSince.map { min($0, begun) } ?? begun
            failures = min(failures + 1, fall)
            (successes, obstacles) = (0, 0)
            if failures >= fall, Self.spans(fall, from: rowSince, to: begun, spacing) { state = .down }
        case .obstacle:
            // Neither count is touched: a success before and one after are still two in a row of those that ran.
            obstaclesSince = obstacles == 0 ? begun : obstaclesSince.map { min($0, begun) } ?? begun
            obstacles = min(obstacles + 1, fall)
            if obstacles >= fall, Self.spans(fall, from: obstaclesSince, to: begun, spacing) {
                state = .unknown
                (successes, failures) = (0, 0)
            }
        }
        return state
    }

    /// Whether a run is far enough from the first of its row.
    private static func spans(
        _ count: Int,
        from first: MonotonicInstant?,
        to begun: MonotonicInstant,
        _ spacing: Interval,
    ) -> Bool {
        first.map { begun - $0 >= spacing * Int64(count - 1) } ?? true
    }
}
