internal import Glibc
package import Logging

/// Writes log events to standard error, one line each, with the time in UTC.
package struct LineLogHandler: LogHandler {
    package var logLevel = Logger.Level.info
    package var metadata: Logger.Metadata = [:]
    package var metadataProvider: Logger.MetadataProvider?

    private let label: String

    /// Makes a handler.
    package init(label: String) {
        self.label = label
    }

    package subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    package func log(event: LogEvent) {
        var now = timespec()
        _ = unsafe clock_gettime(CLOCK_REALTIME, &now)
        // One call for the whole line keeps the lines of several threads apart.
        let bytes = Array((line(of: event, at: now) + "\n").utf8)
        _ = unsafe bytes.withUnsafeBytes { unsafe write(STDERR_FILENO, $0.baseAddress, $0.count) }
    }

    func line(of event: LogEvent, at time: timespec) -> String {
        let pairs = LogText.pairs(handler: metadata, provider: metadataProvider, event: event)
        return "\(Self.text(time)) \(event.level.rawValue) \(label): \(LogText.line(event, pairs))"
    }

    /// `2026-11-22T16:32:04.123Z`.
    static func text(_ time: timespec) -> String {
        var seconds = time.tv_sec
        var parts = unsafe tm()
        guard unsafe gmtime_r(&seconds, &parts) != nil else { return "-" }
        func padded(_ value: Int, _ width: Int) -> String {
            let digits = String(value)
            return String(repeating: "0", count: max(0, width - digits.count)) + digits
        }
        let date = unsafe [parts.tm_year + 1900, parts.tm_mon + 1, parts.tm_mday].map { padded(Int($0), 2) }
        let clock = unsafe [parts.tm_hour, parts.tm_min, parts.tm_sec].map { padded(Int($0), 2) }
        let milliseconds = padded(time.tv_nsec / 1_000_000, 3)
        return "\(date.joined(separator: "-"))T\(clock.joined(separator: ":")).\(milliseconds)Z"
    }
}
