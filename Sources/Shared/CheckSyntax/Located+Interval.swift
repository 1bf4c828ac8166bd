package import ConfigurationSyntax
package import Primitives

extension Located where Value == Interval {
    /// Reports a part of a check's rhythm that does not fit into the interval from one run to the next.
    package func check(_ name: String, within interval: Interval, _ diagnostics: DiagnosticList) {
        guard value > interval else { return }
        diagnostics.report("the \(name) of \(value.exact) is longer than the interval of \(interval.exact)", at: span)
    }
}
