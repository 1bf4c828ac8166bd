internal import Primitives

/// Collects operations and puts them in order: what adds capacity comes before what takes it away.
struct OperationPhases {
    private var additions: [PlannedOperation] = []
    private var settings: [PlannedOperation] = []
    private var raises: [PlannedOperation] = []
    private var reductions: [PlannedOperation] = []
    private var removals: [PlannedOperation] = []
    private var serviceRemovals: [PlannedOperation] = []

    /// All operations, phase by phase.
    var ordered: [PlannedOperation] { additions + settings + raises + reductions + removals + serviceRemovals }

    mutating func addService(_ service: VirtualService, reason: OperationReason) {
        additions.append(PlannedOperation(.addService(service), reason))
    }

    mutating func setService(_ service: VirtualService, reason: OperationReason) {
        settings.append(PlannedOperation(.setService(service), reason))
    }

    mutating func addDestination(_ service: ServiceIdentity, _ destination: Destination, reason: OperationReason) {
        additions.append(PlannedOperation(.addDestination(service, destination), reason))
    }

    mutating func setDestination(
        _ service: ServiceIdentity,
        _ destination: Destination,
        from weight: UInt32,
        reason: OperationReason,
    ) {
        let operation = PlannedOperation(.setDestination(service, destination), reason)
        if destination.weight >= weight { raises.append(operation) } else { reductions.append(operation) }
    }

    mutating func removeDestination(_ service: ServiceIdentity, _ endpoint: Endpoint, reason: OperationReason) {
        removals.append(PlannedOperation(.removeDestination(service, endpoint), reason))
    }

    mutating func removeService(_ service: ServiceIdentity, reason: OperationReason) {
        serviceRemovals.append(PlannedOperation(.removeService(service), reason))
    }

    /// The destinations of a service that are removed.
    func removals(of service: ServiceIdentity) -> Set<Endpoint> {
        Set(removals.filter { $0.operation.service == service }.compactMap(\.operation.destination))
    }

    /// Why the last of them is removed.
    func reasonOfLastRemoval(of service: ServiceIdentity) -> OperationReason? {
        removals.last { $0.operation.service == service }?.reason
    }
}
