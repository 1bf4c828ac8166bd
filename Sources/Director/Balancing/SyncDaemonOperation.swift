/// One change of the kernel's sync daemons; doing what is done already is harmless.
package enum SyncDaemonOperation: Hashable, Sendable {
    /// `ipvsadm --start-daemon`.
    case start(SyncDaemon)
    /// `ipvsadm --stop-daemon`.
    case stop(SyncDaemon.Role)
}

extension SyncDaemonOperation: CustomStringConvertible {
    package var description: String {
        switch self {
        case .start(let daemon): "start \(daemon)"
        case .stop(let role): "stop \(role) daemon"
        }
    }
}
