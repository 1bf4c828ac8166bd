package import Checks
package import ConfigurationSyntax
internal import Linux

extension Format where Value == String {
    /// Text of any characters, not empty.
    package static func bytes(atMost limit: Int) -> Format {
        text("text of at most \(limit) octets") { (1...limit).contains($0.utf8.count) ? $0 : nil }
    }

    /// A POSIX extended regular expression.
    package static var regularExpression: Format {
        bytes(atMost: 1_024).checked {
            RegularExpression($0) == nil ? "it is no POSIX extended regular expression" : nil
        }
    }

    /// An argument of a command.
    package static var argument: Format {
        text("an argument of at most 4096 octets") { text in
            text.utf8.count <= 4_096 && !text.utf8.contains(0) ? text : nil
        }
    }

    /// A method (RFC 9110 section 9.1).
    package static var httpMethod: Format {
        text("an HTTP method such as GET") { text in
            (1...32).contains(text.utf8.count) && text.utf8.allSatisfy { (65...90).contains($0) } ? text : nil
        }
    }

    /// A path with its query (RFC 9112 section 3.2.1).
    package static var httpTarget: Format {
        text("a path such as /health") { text in
            text.hasPrefix("/") && text.utf8.count <= 4_096 && text.utf8.allSatisfy { (33...126).contains($0) }
                ? text : nil
        }
    }

    /// A host with or without a port.
    package static var httpHost: Format {
        text("a host name") { text in
            (1...255).contains(text.utf8.count) && text.utf8.allSatisfy { (33...126).contains($0) } ? text : nil
        }
    }
}

extension Format where Value == [UInt8] {
    /// Octets as pairs of hexadecimal digits, which spaces may separate.
    package static var hexadecimal: Format {
        text("octets such as \"01 ff\"") { text in
            let digits = text.utf8.filter { $0 != 32 }.compactMap { UInt8(String(UnicodeScalar($0)), radix: 16) }
            guard digits.count == text.utf8.count(where: { $0 != 32 }), !digits.isEmpty, digits.count % 2 == 0,
                digits.count <= 8_192
            else { return nil }
            return stride(from: 0, to: digits.count, by: 2).map { digits[$0] << 4 | digits[$0 + 1] }
        }
    }
}

extension Format where Value == ClosedRange<Int> {
    /// A status code or a range of them; of those below 200 only 101 is an answer.
    package static var httpStatus: Format {
        text("a status code such as 200 or a range such as 200-299") { text in
            let parts = text.split(separator: "-", omittingEmptySubsequences: false).map { Int($0) }
            guard let first = parts.first ?? nil, let last = parts.last ?? nil, parts.count <= 2, first <= last,
                (200...599).contains(first) && (200...599).contains(last) || first == 101 && last == 101
            else { return nil }
            return first...last
        }
    }
}

extension Format where Value == [HTTPExpectation.Field] {
    /// Header fields as keys and values.
    package static var httpFields: Format<[HTTPExpectation.Field]> {
        Format("header fields") { node, diagnostics in
            guard case .mapping(let entries) = node.content else {
                diagnostics.report("expected header fields as keys and values", at: node.span)
                return nil
            }
            guard entries.count <= 32 else {
                diagnostics.report("there are \(entries.count) header fields, the limit is 32", at: node.span)
                return nil
            }
            return entries.compactMap { entry in
                let extra: Set<UInt8> = Set("!#$%&'*+-.^_`|~".utf8)
                let isToken = entry.key.utf8.allSatisfy { byte in
                    (48...57).contains(byte) || (65...90).contains(byte) || (97...122).contains(byte)
                        || extra.contains(byte)
                }
                guard isToken, (1...128).contains(entry.key.utf8.count) else {
                    diagnostics.report("\(Node.quoted(entry.key)) is no header field's name", at: entry.keySpan)
                    return nil
                }
                let value = Format<String>.text("a header field's value") { text in
                    text.utf8.count <= 4_096 && text.utf8.allSatisfy { (32...126).contains($0) } ? text : nil
                }
                return value.decode(entry.value, diagnostics).map {
                    HTTPExpectation.Field(name: entry.key, value: $0)
                }
            }
        }
    }
}

extension Format where Value == [Located<String>] {
    /// An argument vector whose first word is a program's absolute path.
    package static var command: Format {
        let list = Format.list(of: .argument, atMost: 64)
        return Format(list.expected) { node, diagnostics in
            guard let words = list.decode(node, diagnostics) else { return nil }
            if let program = words.first, !program.value.hasPrefix("/") {
                diagnostics.report("the program is given by its absolute path", at: program.span)
            }
            return words
        }
    }
}

extension MappingDecoder {
    /// Reports the second of two keys that cannot both be meant.
    package func exclude(_ first: String, _ second: String) {
        guard contains(first), let span = span(ofKey: second) else { return }
        diagnostics.report("\"\(first)\" is given already, and only one of the two can be meant", at: span)
    }
}
