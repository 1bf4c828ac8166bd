internal import Primitives

extension DesiredTable {
    /// Plans the removal of all services that are ours, connections or not: `on_stop: clear`.
    package func clearing(_ observed: [ObservedService]) -> Plan {
        let own = Set(ownAddresses + services.map(\.service.identity.endpoint.address))
        var plan = Plan()
        plan.operations =
            observed.map(\.service.identity).sorted()
            .filter { own.contains($0.endpoint.address) }
            .map { PlannedOperation(.removeService($0), .unwanted) }
        return plan
    }
}
