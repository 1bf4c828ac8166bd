package import Primitives

extension Format where Value == Bool {
    /// `true` or `false`, and none of the other spellings of YAML 1.1.
    package static var boolean: Format {
        plain("true or false") { $0 == "true" ? true : $0 == "false" ? false : nil }
    }
}

extension Format where Value == Int {
    /// A decimal integer in a range.
    package static func integer(_ range: ClosedRange<Int>) -> Format {
        plain("an integer from \(range.lowerBound) to \(range.upperBound)") { text in
            let digits = text.hasPrefix("-") ? text.dropFirst() : text[...]
            // A leading zero would be octal to YAML 1.1.
            guard (1...18).contains(digits.utf8.count), digits.utf8.allSatisfy({ (48...57).contains($0) }),
                digits == "0" || !digits.hasPrefix("0"), let value = Int(text), range.contains(value)
            else { return nil }
            return value
        }
    }

    /// A TCP or UDP port.
    package static var port: Format { integer(1...65_535) }
}

extension Format where Value == String {
    /// A name: letters, digits, dots, dashes and underscores, at most 63, the first a letter or a digit.
    package static var name: Format {
        text("a name of at most 63 letters, digits, \".\", \"-\" and \"_\"") { text in
            guard (1...63).contains(text.utf8.count), let first = text.utf8.first, isAlphanumeric(first),
                text.utf8.allSatisfy({ isAlphanumeric($0) || $0 == 45 || $0 == 46 || $0 == 95 })
            else { return nil }
            return text
        }
    }

    /// A network interface's name, at most 15 octets (`IFNAMSIZ`, linux/if.h; `dev_valid_name` in net/core/dev.c).
    package static var interfaceName: Format {
        text("an interface name of at most 15 characters") { text in
            guard (1...15).contains(text.utf8.count), text != ".", text != "..",
                text.utf8.allSatisfy({ (33...126).contains($0) && $0 != 47 && $0 != 58 })
            else { return nil }
            return text
        }
    }

    /// An absolute path.
    package static func path(atMost limit: Int = 4_095) -> Format {
        text("an absolute path of at most \(limit) characters") { text in
            guard text.hasPrefix("/"), text.utf8.count <= limit, text.unicodeScalars.allSatisfy(Source.isPrintable)
            else { return nil }
            return text
        }
    }

    /// The path of a Unix socket, which has 108 octets with its final zero (`struct sockaddr_un`, unix(7)).
    package static var socketPath: Format { path(atMost: 107) }

    private static func isAlphanumeric(_ byte: UInt8) -> Bool {
        (48...57).contains(byte) || (65...90).contains(byte) || (97...122).contains(byte)
    }
}

extension Format where Value == IPAddress {
    /// An IPv4 or IPv6 address.
    package static var address: Format<IPAddress> {
        Format("an IP address") { node, diagnostics in
            if case .scalar(let text, _) = node.content {
                if let address = IPAddress(text) { return address }
                if let prefix = Prefix(text) {
                    let suggestion = "\(prefix.address)"
                    diagnostics.report(
                        "expected an IP address without a prefix length, found \(node.kind)",
                        at: node.span,
                        suggestion: suggestion,
                    )
                    return nil
                }
            }
            diagnostics.report("expected an IP address, found \(node.kind)", at: node.span)
            return nil
        }
    }
}

extension Format where Value == Prefix {
    /// An address with a prefix length, or an address alone as /32 or /128.
    package static var prefix: Format<Prefix> {
        text("an address with a prefix length such as 192.0.2.100/24") { Prefix($0) }
    }
}

extension Format where Value == KeyFingerprint {
    /// A key's fingerprint as `keygen` prints it.
    package static var fingerprint: Format<KeyFingerprint> {
        text("a fingerprint, \"SHA256:\" and 64 hexadecimal digits") { KeyFingerprint($0) }
    }
}

extension Format where Value: CaseIterable & RawRepresentable, Value.RawValue == String {
    /// One of a few words.
    package static func oneOf(_ subject: String) -> Format {
        let words = Value.allCases.map(\.rawValue)
        let list = words.dropLast().joined(separator: ", ") + " or " + (words.last ?? "")
        return Format(words.count == 1 ? words[0] : list) { node, diagnostics in
            if case .scalar(let text, _) = node.content {
                if let value = Value(rawValue: text) { return value }
                let suggestion = EditDistance.nearest(to: text, among: words)
                diagnostics.report(
                    "there is no \(subject) \(Node.quoted(text))"
                        + (suggestion == nil ? "; expected \(words.count == 1 ? words[0] : list)" : ""),
                    at: node.span,
                    suggestion: suggestion,
                )
                return nil
            }
            diagnostics.report("expected \(words.count == 1 ? words[0] : list), found \(node.kind)", at: node.span)
            return nil
        }
    }
}
