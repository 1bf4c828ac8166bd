internal import CSystemd
internal import Glibc
package import Logging

/// Sends log events to systemd's journal, each metadata key as a field of its own (`sd_journal_sendv(3)`).
///
/// Call it from threads that may wait: a journal that stands still makes the call wait as well.
package struct JournalLogHandler: LogHandler {
    package var logLevel = Logger.Level.info
    package var metadata: Logger.Metadata = [:]
    package var metadataProvider: Logger.MetadataProvider?

    private let label: String

    /// Makes a handler; the label becomes `SYSLOG_IDENTIFIER`.
    package init(label: String) {
        self.label = label
    }

    package subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    package func log(event: LogEvent) {
        Self.send(fields(of: event))
    }

    /// The journal's fields: the message with its metadata for people, and the metadata again for machines.
    func fields(of event: LogEvent) -> [String] {
        let pairs = LogText.pairs(handler: metadata, provider: metadataProvider, event: event)
        return [
            "MESSAGE=\(LogText.line(event, pairs))",
            "PRIORITY=\(Self.priority(event.level))",
            "SYSLOG_IDENTIFIER=\(label)",
        ] + pairs.map { "TANDEM_\(Self.fieldName($0.key))=\($0.value)" }
    }

    /// Field names are upper-case letters, digits and underscores (systemd.journal-fields(7)).
    static func fieldName(_ key: String) -> String {
        String(key.uppercased().prefix(50).map { $0.isASCII && ($0.isLetter || $0.isNumber) ? $0 : "_" })
    }

    /// The syslog priority of a level.
    static func priority(_ level: Logger.Level) -> Int32 {
        switch level {
        case .trace, .debug: LOG_DEBUG
        case .info: LOG_INFO
        case .notice: LOG_NOTICE
        case .warning: LOG_WARNING
        case .error: LOG_ERR
        case .critical: LOG_CRIT
        }
    }

    private static func send(_ fields: [String]) {
        let bytes = fields.map { Array($0.utf8) }
        var all = bytes.flatMap { $0 }
        unsafe all.withUnsafeMutableBytes { buffer in
            guard let base = buffer.baseAddress else { return }
            var offset = 0
            var vectors = unsafe [iovec]()
            for run in bytes {
                unsafe vectors.append(iovec(iov_base: base + offset, iov_len: run.count))
                offset += run.count
            }
            // A journal that is gone must not disturb the program; there is nobody left to tell.
            _ = unsafe sd_journal_sendv(vectors, Int32(vectors.count))
        }
    }
}
