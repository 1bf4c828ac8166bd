/// A configuration's text and the name to call it by.
package struct Source: Hashable, Sendable {
    /// The largest accepted configuration: 1 MiB.
    package static let maximumSize = 1 << 20

    /// The file's name, as diagnostics print it.
    package let name: String
    /// The octets of the text.
    package let bytes: [UInt8]

    /// Makes a source of octets, without the byte order mark that some editors put in front.
    package init(name: String, bytes: [UInt8]) {
        self.name = name
        self.bytes = bytes.starts(with: [0xef, 0xbb, 0xbf]) ? Array(bytes.dropFirst(3)) : bytes
    }

    /// Makes a source of text.
    package init(name: String, text: String) {
        self.init(name: name, bytes: Array(text.utf8))
    }

    /// Whether a character may be sent to a terminal.
    static func isPrintable(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.properties.generalCategory {
        case .control, .format, .lineSeparator, .paragraphSeparator, .surrogate, .privateUse, .unassigned: false
        default: true
        }
    }

    /// The place of an octet.
    func span(ofByte offset: Int) -> SourceSpan {
        var line = 1
        var column = 1
        var previous: Unicode.Scalar?
        for scalar in String(decoding: bytes.prefix(max(0, offset)), as: UTF8.self).unicodeScalars {
            if scalar == "\n" && previous == "\r" {
                // Second half of a line break that was counted already.
            } else if Self.isBreak(scalar) {
                line += 1
                column = 1
            } else {
                column += 1
            }
            previous = scalar
        }
        return SourceSpan(line: line, column: column)
    }

    /// The text of some lines, found in one pass.
    func lines(numbered wanted: Set<Int>) -> [Int: String] {
        guard let last = wanted.max() else { return [:] }
        var result: [Int: String] = [:]
        var number = 1
        var text = String.UnicodeScalarView()
        var previous: Unicode.Scalar?
        func store() {
            if wanted.contains(number) { result[number] = String(text) }
        }
        for scalar in String(decoding: bytes, as: UTF8.self).unicodeScalars {
            defer { previous = scalar }
            if scalar == "\n" && previous == "\r" { continue }
            guard Self.isBreak(scalar) else {
                if wanted.contains(number) { text.append(scalar) }
                continue
            }
            store()
            text = String.UnicodeScalarView()
            number += 1
            if number > last { return result }
        }
        store()
        return result
    }

    /// Whether libyaml counts a new line here: LF, CR, NEL, LS and PS.
    private static func isBreak(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0x0a, 0x0d, 0x85, 0x2028, 0x2029: true
        default: false
        }
    }
}
