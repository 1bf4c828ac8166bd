import DirectorCore
import Primitives
import VRRP

extension Options {
    /// A cluster in which nothing goes wrong by itself: what happens to it is a scenario's doing.
    static func calm(seed: UInt64, interval: Interval, priorities: [UInt8] = [110, 100]) -> Options {
        var options = Options(seed: seed)
        options.elections = priorities.map { priority in
            var router = VirtualRouterSettings(
                name: "web",
                virtualRouterIdentifier: 51,
                interface: Lan.interface,
                addresses: [Lan.wide(Lan.virtual(0)), Lan.wide(Lan.virtual(1))]
            )
            router.priority = priority
            router.advertisementInterval = interval
            return ElectionSettings(routers: [router])
        }
        options.network = Network.Direction(delay: .microseconds(50)...(.microseconds(400)))
        options.netlinkDelay = .microseconds(50)...(.milliseconds(3))
        options.netlinkFailures = 0
        options.timerLateness = .microseconds(200)
        options.faults = 0
        options.realServers = 2
        options.services = 1
        options.withoutAgent = nil
        options.failOpen = nil
        return options
    }
}
