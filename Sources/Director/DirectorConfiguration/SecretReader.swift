internal import ConfigurationSyntax

/// Reads the files that hold secrets, so that the configuration's own file need not.
struct SecretReader {
    /// What a file may hold at most: keys and passwords are short.
    private static let limit = 4_096

    /// The file's octets without the line's end, or nothing and a report.
    func read(_ path: Located<String>, _ diagnostics: DiagnosticList) -> [UInt8]? {
        var bytes: [UInt8]
        do {
            bytes = try Source.read(path: path.value).bytes
        } catch {
            let message = error.diagnostics.first?.message ?? "cannot read the file"
            diagnostics.report("\(path.value): \(message)", at: path.span)
            return nil
        }
        // An editor ends the last line, and the line's end is no part of the secret.
        while let last = bytes.last, last == 10 || last == 13 { bytes.removeLast() }
        guard (1...Self.limit).contains(bytes.count) else {
            diagnostics.report("\(path.value) is \(bytes.isEmpty ? "empty" : "too long for a secret")", at: path.span)
            return nil
        }
        return bytes
    }
}
