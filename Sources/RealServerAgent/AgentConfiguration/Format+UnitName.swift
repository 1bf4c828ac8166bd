internal import ConfigurationSyntax

extension Format where Value == String {
    /// The suffixes of units (systemd.unit(5)).
    private static var unitTypes: [String] {
        [
            "service", "socket", "target", "device", "mount", "automount", "swap", "timer", "path", "slice", "scope",
        ]
    }

    /// The name of a unit that can be loaded, and so not of a template (`unit_name_is_valid` in systemd's
    /// src/basic/unit-name.c).
    static var unitName: Format {
        let expected = "a unit's name of at most 255 letters, digits, \":\", \"-\", \"_\", \".\", \"\\\" and \"@\""
        let others: Set<UInt8> = Set(":-_.\\@".utf8)
        let characters = text(expected) { text in
            let isWell = text.utf8.allSatisfy { byte in
                (48...57).contains(byte) || (65...90).contains(byte) || (97...122).contains(byte)
                    || others.contains(byte)
            }
            return isWell && (1...255).contains(text.utf8.count) && !text.hasPrefix("@") ? text : nil
        }
        return Format(expected) { node, diagnostics in
            guard let text = characters.decode(node, diagnostics) else { return nil }
            let parts = text.split(separator: ".", omittingEmptySubsequences: false)
            let prefix = parts.dropLast().joined(separator: ".")
            let suffix = String(parts.last ?? "")
            guard !prefix.isEmpty, unitTypes.contains(suffix) else {
                let nearest = prefix.isEmpty ? nil : EditDistance.nearest(to: suffix, among: unitTypes)
                diagnostics.report(
                    "\(Node.quoted(text)) does not end in a unit's type such as .service or .socket",
                    at: node.span,
                    suggestion: nearest.map { "\(prefix).\($0)" } ?? "\(text).service",
                )
                return nil
            }
            guard prefix.firstIndex(of: "@") != prefix.index(before: prefix.endIndex) else {
                diagnostics.report(
                    "\(Node.quoted(text)) is a template; the name of an instance follows the \"@\"",
                    at: node.span,
                )
                return nil
            }
            return text
        }
    }
}
