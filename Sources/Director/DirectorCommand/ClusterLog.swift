internal import DirectorCore
internal import Logging

/// Writes the cluster core's changes to the log, with the reason that the status shows too.
struct ClusterLog {
    private let logger: Logger

    init(logger: Logger) {
        self.logger = logger
    }

    /// Writes one change.
    func record(_ change: StatusChange) {
        var fields: Logger.Metadata = [
            "cluster.subject": "\(change.subject)",
            "cluster.from": "\(change.from)",
            "cluster.to": "\(change.to)",
            "cluster.reason": "\(change.reason)",
        ]
        if !change.evidence.isEmpty { fields["cluster.evidence"] = "\(change.evidence)" }
        logger.log(level: level(change.level), "the cluster changed", metadata: fields)
    }

    private func level(_ level: StatusChange.Level) -> Logger.Level {
        switch level {
        case .info: .info
        case .notice: .notice
        case .warning: .warning
        case .error: .error
        }
    }
}
