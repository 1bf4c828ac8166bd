import Health
import Primitives

/// Knows when a director was answered by nobody for longer than it takes to ask everybody.
///
/// Silence in such a time counts only when it has lasted: a director that hears nobody has more reason to distrust itself
/// than all its real servers. Nobody is left then who would serve in their place.
final class HearingWitness {
    private unowned let world: Simulation
    private var heardAt: [Int: MonotonicInstant] = [:]
    private var deafAt: [Int: MonotonicInstant] = [:]

    init(world: Simulation) {
        self.world = world
    }

    /// A director's probe was answered.
    func heard(_ director: Int) {
        look(director)
        heardAt[director] = world.now
    }

    /// How much longer a director may take that was told by silence alone, since a time, that a real server is dead.
    func allowance(_ director: Int, since: MonotonicInstant, rhythm: Interval) -> Interval {
        look(director)
        guard let deafAt = deafAt[director], deafAt >= since else { return .zero }
        return Hearing.patience + rhythm
    }

    private func look(_ director: Int) {
        guard let last = heardAt[director], world.now - last <= world.drawn.probe.interval else {
            deafAt[director] = world.now
            return
        }
    }
}
