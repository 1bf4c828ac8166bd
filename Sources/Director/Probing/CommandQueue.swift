import Health

/// The commands that wait for their turn, in order: no more may run at once than a machine bears.
struct CommandQueue {
    /// The places in order; one without a run is kept for the next run of its check.
    private var places: [(check: ProbeCheck, run: ProbeRun?)] = []

    /// Whether nobody waits.
    var isEmpty: Bool { !places.contains { $0.run != nil } }

    /// Gives a run a place: that which an earlier run of its check has waited in, or else the last one.
    mutating func enqueue(_ run: ProbeRun, _ check: ProbeCheck) {
        if let index = places.firstIndex(where: { $0.check == check && $0.run == nil }) {
            places[index].run = run
        } else {
            places.append((check, run))
        }
    }

    /// Takes out the one whose turn it is.
    mutating func next() -> (run: ProbeRun, check: ProbeCheck)? {
        guard let index = places.firstIndex(where: { $0.run != nil }) else { return nil }
        let place = places.remove(at: index)
        return place.run.map { ($0, place.check) }
    }

    /// Takes a run out whose time is up, and keeps its place; false if it does not wait.
    mutating func expire(_ run: ProbeRun) -> Bool {
        guard let index = places.firstIndex(where: { $0.run == run }) else { return false }
        places[index].run = nil
        return true
    }

    /// Takes a run out for good.
    mutating func cancel(_ run: ProbeRun) { places.removeAll { $0.run == run } }

    /// Keeps the places of these checks alone.
    mutating func keep(_ checks: Set<ProbeCheck>) { places.removeAll { !checks.contains($0.check) } }
}
