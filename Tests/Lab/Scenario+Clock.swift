import Glibc
import Primitives

extension Scenario {
    /// Somebody, or NTP, sets the machine's clock.
    static let clockStep = Scenario(
        name: "clock-step",
        summary: "the clock steps an hour ahead and back again under load",
    ) { cluster, outcome in
        // Frames are judged by count: their kernel stamps are of the clock that steps.
        func others() -> Int { cluster.frames.all { $0.from == "lb2" && $0.isAdvertisement }.count }
        let before = others()
        let load = try cluster.underLoad {
            for change in ["+1 hour", "-1 hour"] {
                try Command.run("date", "-s", "now \(change)")
                nap(.seconds(1))
            }
        }
        outcome.count("advertisements of the standby", others() - before, .eachAtMost(0))
        outcome.load(load, lostAtMost: 0)
        outcome.check("lb1 holds the VIP", try cluster.directors[0].bears(cluster.virtualAddress))
        for director in cluster.directors {
            let runs = try cluster.director(director).isRunning
            outcome.check("the director of \(director.name) goes on", runs)
        }
    }
}
