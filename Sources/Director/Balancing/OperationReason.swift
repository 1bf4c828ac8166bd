/// Why the kernel's table is changed.
package enum OperationReason: String, Hashable, Sendable, CaseIterable {
    /// Configuration or health asks for it.
    case wanted
    /// It is not wanted any more: its weight becomes 0.
    case unwanted
    /// It was not wanted any more, and its connections have ended.
    case drained
    /// It was not wanted any more, and its connections have had their time.
    case drainDeadline = "drain-deadline"
    /// Drift: a service that was right is gone.
    case serviceMissing = "service-missing"
    /// Drift: a service's scheduler, flags or persistence were changed.
    case serviceChanged = "service-changed"
    /// Drift: a destination that was right is gone.
    case destinationMissing = "destination-missing"
    /// Drift: a destination's weight was changed.
    case weightChanged = "weight-changed"
    /// Drift: a destination's forwarding method or thresholds were changed.
    case destinationChanged = "destination-changed"
    /// Drift: somebody added a destination to a service of ours, or a service to an address of ours.
    case unexpected
    /// Drift: a sync daemon that was right is gone.
    case daemonMissing = "daemon-missing"
    /// Drift: a sync daemon runs otherwise than it did.
    case daemonChanged = "daemon-changed"

    /// Whether somebody else has changed what was right.
    package var isDrift: Bool {
        switch self {
        case .wanted, .unwanted, .drained, .drainDeadline: false
        case .serviceMissing, .serviceChanged, .destinationMissing, .weightChanged, .destinationChanged, .unexpected,
            .daemonMissing, .daemonChanged:
            true
        }
    }
}
