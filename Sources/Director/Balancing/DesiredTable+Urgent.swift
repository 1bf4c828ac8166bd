extension DesiredTable {
    /// Plans the changes of weight that can be made before the kernel is looked at again.
    ///
    /// A dump of a busy kernel takes its time, and meanwhile a real server known to be bad gets new connections. What
    /// was there at the last look is likely there still, and where it is not, the kernel refuses: ENOENT or ESRCH. The
    /// look that follows compares with the kernel all the same. A service that needs more than other weights is left
    /// to that look as a whole, so that what adds capacity comes before what takes it away.
    package func urgentChanges(seen: [ObservedService]) -> [PlannedOperation] {
        var phases = OperationPhases()
        let present = Dictionary(seen.map { ($0.service.identity, $0) }) { first, _ in first }
        for service in services.sorted(by: { $0.service.identity < $1.service.identity }) {
            guard let observed = present[service.service.identity], observed.service == service.service else {
                continue
            }
            let known = Dictionary(observed.destinations.map { ($0.endpoint, $0) }) { first, _ in first }
            // What is only adopted where it is adds and takes nothing.
            let isSettled = service.destinations.allSatisfy { destination in
                known[destination.endpoint]?.isPlain ?? (destination.weight == .adopt)
            }
            guard isSettled else { continue }
            for destination in service.destinations.sorted(by: { $0.endpoint < $1.endpoint }) {
                guard case .exactly(let weight) = destination.weight, let before = known[destination.endpoint]?.weight,
                    weight != before
                else { continue }
                phases.setDestination(
                    service.service.identity,
                    Destination(endpoint: destination.endpoint, weight: weight),
                    from: before,
                    reason: .wanted,
                )
            }
            // What is removed for good gets nothing before it is.
            for endpoint in service.cutOff.sorted() {
                guard let before = known[endpoint]?.weight, before > 0 else { continue }
                phases.setDestination(
                    service.service.identity,
                    Destination(endpoint: endpoint, weight: 0),
                    from: before,
                    reason: .wanted,
                )
            }
        }
        return phases.ordered
    }
}
