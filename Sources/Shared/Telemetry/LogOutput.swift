internal import Glibc
package import Logging

/// Chooses where the log goes.
package enum LogOutput {
    /// Makes the program's one logger: to the journal where systemd connected it, else as lines on standard error.
    package static func logger(label: String, level: Logger.Level) -> Logger {
        var logger = Logger(label: label) { label -> any LogHandler in
            isJournal ? JournalLogHandler(label: label) : LineLogHandler(label: label)
        }
        logger.logLevel = level
        return logger
    }

    /// Whether standard error is the stream that systemd connected to the journal.
    private static var isJournal: Bool {
        guard let value = unsafe getenv("JOURNAL_STREAM") else { return false }
        return unsafe isStandardError(journalStream: String(cString: value))
    }

    /// Whether standard error is what `JOURNAL_STREAM` names by device and inode (systemd.exec(5)).
    ///
    /// The variable is inherited by everything below a service; only the descriptor itself proves it true.
    static func isStandardError(journalStream: String) -> Bool {
        var status = stat()
        guard unsafe fstat(STDERR_FILENO, &status) == 0 else { return false }
        return journalStream == "\(status.st_dev):\(status.st_ino)"
    }
}
