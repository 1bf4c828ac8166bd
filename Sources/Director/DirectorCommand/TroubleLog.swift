internal import Logging
internal import Primitives

/// Writes to the log what troubles the director's own threads: at once when it is new, seldom while it only changes.
struct TroubleLog {
    /// How often the threads are asked.
    static let interval = Interval.seconds(1)
    /// How soon the same subject is written again.
    static let patience = Interval.seconds(60)

    var logger: Logger
    private var written: [String: (text: String, at: MonotonicInstant)] = [:]
    private var due = MonotonicInstant(nanoseconds: 0)

    init(logger: Logger) {
        self.logger = logger
    }

    /// When to look again.
    var deadline: MonotonicInstant { due }

    /// Whether a look is due.
    func isDue(at now: MonotonicInstant) -> Bool { due <= now }

    /// Writes what is new among the troubles, and what is over.
    mutating func record(_ troubles: [Trouble], at now: MonotonicInstant) {
        due = now + Self.interval
        for trouble in troubles {
            if let before = written[trouble.subject] {
                guard before.text != trouble.text, now - before.at >= Self.patience else { continue }
            }
            written[trouble.subject] = (trouble.text, now)
            logger.warning("the director is troubled", metadata: fields(trouble.subject, trouble.text))
        }
        let subjects = Set(troubles.map(\.subject))
        for subject in written.keys.sorted() where !subjects.contains(subject) {
            written[subject] = nil
            logger.notice("the director is troubled no more", metadata: fields(subject, ""))
        }
    }

    private func fields(_ subject: String, _ text: String) -> Logger.Metadata {
        var fields: Logger.Metadata = ["director.subject": "\(subject)"]
        if !text.isEmpty { fields["director.trouble"] = "\(text)" }
        return fields
    }
}
