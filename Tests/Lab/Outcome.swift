import Primitives

/// What one run of a scenario found.
struct Outcome {
    /// A measured number with its bound.
    struct Figure {
        var name: String
        var value: Double
        var unit: String
        var bound: Bound

        /// The bound that is judged: a time may take longer where a processor is emulated and there are few repetitions.
        var effectiveBound: Bound {
            unit == "ms" ? bound.times(Emulation.allowance, median: Emulation.medianAllowance) : bound
        }
    }

    /// A statement that was seen to hold or not.
    struct Check {
        var name: String
        var passed: Bool
        var detail: String
    }

    var figures: [Figure] = []
    var checks: [Check] = []
    /// Every lost request, with its time and cause.
    var lost: [Request] = []

    /// Records a time; one that never came counts as infinite.
    mutating func time(_ name: String, _ length: Interval?, _ bound: Bound = .none) {
        figures.append(
            Figure(name: name, value: length?.inMilliseconds ?? .infinity, unit: "ms", bound: bound)
        )
        if length == nil { check(name, false, "never seen") }
    }

    /// Records a time that nobody is judged by, and that may never have come.
    mutating func note(_ name: String, _ length: Interval?) {
        figures.append(Figure(name: name, value: length?.inMilliseconds ?? .infinity, unit: "ms", bound: .none))
    }

    /// Records what became of the client's requests.
    mutating func load(_ load: Load, lostAtMost bound: Int? = nil) {
        count("requests answered", load.requests.count - load.lost.count)
        count("requests lost", load.lost.count, bound.map { .eachAtMost(Double($0)) } ?? .none)
        lost += load.lost
    }

    /// Records a count.
    mutating func count(_ name: String, _ value: Int, _ bound: Bound = .none) {
        figures.append(Figure(name: name, value: Double(value), unit: "", bound: bound))
    }

    /// Records whether a statement holds.
    mutating func check(_ name: String, _ passed: Bool, _ detail: @autoclosure () -> String = "") {
        checks.append(Check(name: name, passed: passed, detail: passed ? "" : detail()))
    }
}
