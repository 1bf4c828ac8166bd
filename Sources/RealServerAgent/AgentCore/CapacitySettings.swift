package import Primitives

/// How the node finds out what share of its capacity it offers.
package struct CapacitySettings: Hashable, Sendable {
    /// What is looked at; the one that allows least decides.
    package var gauges: [LoadGauge]
    /// How often they are looked at.
    package var interval = Interval.seconds(2)
    /// The time constant of the moving average: a lasting change is told for two thirds after this time.
    package var smoothing = Interval.seconds(10)
    /// How many percent it has to differ from what was told last before it is told anew.
    package var step = 5
    /// The least and the most that is offered, in percent: the load takes no node out.
    package var range = 10...100

    /// Makes the settings with the defaults.
    package init(gauges: [LoadGauge]) {
        self.gauges = gauges
    }
}
