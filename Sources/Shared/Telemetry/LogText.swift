internal import Logging

/// The text of a log event, the same in the journal and on standard error.
enum LogText {
    /// A metadata key and its value as text.
    struct Pair {
        var key: String
        var value: String
    }

    /// All metadata of an event, sorted by key; the event's own wins over the provider's, that over the handler's.
    static func pairs(
        handler: Logger.Metadata,
        provider: Logger.MetadataProvider?,
        event: LogEvent
    ) -> [Pair] {
        var all = handler
        if let provider { all.merge(provider.get()) { $1 } }
        if let own = event.metadata { all.merge(own) { $1 } }
        if let error = event.error { all["error"] = "\(error)" }
        return all.sorted { $0.key < $1.key }.map { Pair(key: $0.key, value: clean("\($0.value)")) }
    }

    /// The message and the metadata in one line.
    static func line(_ event: LogEvent, _ pairs: [Pair]) -> String {
        let message = clean("\(event.message)")
        guard !pairs.isEmpty else { return message }
        return message + " [" + pairs.map { "\($0.key)=\($0.value)" }.joined(separator: " ") + "]"
    }

    /// Text without control characters: what a peer sent must not draw on the operator's terminal.
    private static func clean(_ text: String) -> String {
        var result = String.UnicodeScalarView()
        for scalar in text.unicodeScalars.prefix(4_096) {
            result.append(scalar.properties.generalCategory == .control ? " " : scalar)
        }
        return String(result)
    }
}
