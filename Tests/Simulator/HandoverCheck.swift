import DirectorCore
import Primitives
import VRRP

/// The last thing that happens in a healthy world: a director stops, and the other one takes over at once.
struct HandoverCheck {
    let world: Simulation

    func run() {
        let leaver = world.directors[Int(world.seed % 2)]
        let stayer = world.directors[1 - leaver.index]
        let keys = leaver.election.routers.map(\.key)
        let interval = world.advertisementInterval
        leaver.process?.requestStop()
        // Skew_Time is less than an interval; threads, netlink and the first announcement follow.
        world.run(until: world.now + interval + .milliseconds(90))
        guard world.violation == nil else { return }
        for key in keys {
            guard world.electionChecker.state(stayer.index, key) == .active else {
                return world.fail(.liveness, .oneActive, "\(stayer.name) did not take over from \(leaver.name) in time")
            }
        }
        for address in stayer.election.routers.flatMap(\.addresses).map(\.address) {
            guard world.client.cache[address] == Lan.mac(stayer.index) else {
                return world.fail(
                    .liveness,
                    .clientFindsActive,
                    "\(address) was not announced by \(stayer.name) in time"
                )
            }
        }
        world.run(until: world.now + .milliseconds(1500))
        if leaver.process != nil { world.fail(.liveness, .oneActive, "\(leaver.name) does not end") }
    }
}
