import AgentConfiguration
import ConfigurationSyntax
import DirectorConfiguration
import Foundation
import Testing

/// Each file in `Broken` is refused with the places and messages of its `.expected`, and is right once it is mended.
///
/// A line that ends in `#mend: TEXT` is mended by the text; `⏎` in it starts a new line, `-` alone removes the line.
@Suite struct BrokenConfigurationTests {
    static func diagnostics(of source: Source) -> [Diagnostic] {
        do {
            if source.name.hasPrefix("agent") {
                _ = try AgentConfiguration.parse(source)
            } else {
                _ = try DirectorConfiguration.parse(source)
            }
            return []
        } catch {
            return error.diagnostics
        }
    }

    static func mended(_ text: String) -> String? {
        guard text.contains("#mend: ") else { return nil }
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false).flatMap { line -> [String] in
            guard let mark = line.range(of: "  #mend: ") else { return [String(line)] }
            let mend = line[mark.upperBound...]
            return mend == "-" ? [] : mend.components(separatedBy: " ⏎ ")
        }
        return lines.joined(separator: "\n")
    }

    @Test func `at least thirty files are broken`() {
        #expect(Files.broken.count >= 30)
    }

    @Test(arguments: Files.broken)
    func `is refused with the expected places and messages`(name: String) throws {
        let url = Files.suite.appending(path: "Broken/\(name)")
        let expected = try String(
            contentsOf: url.deletingPathExtension().appendingPathExtension("expected"),
            encoding: .utf8
        )
        let found = Self.diagnostics(of: try Files.source(url)).map { "\($0)\n" }.joined()
        #expect(!found.isEmpty)
        #expect(found == expected)
    }

    @Test(arguments: Files.broken)
    func `is accepted once the break is mended`(name: String) throws {
        let source = try Files.source(Files.suite.appending(path: "Broken/\(name)"))
        guard let mended = Self.mended(String(decoding: source.bytes, as: UTF8.self)) else {
            // These are no configuration at all, so that there is nothing to mend.
            let hopeless = ["empty", "scalar", "not-utf8", "control-character", "too-deep"].map {
                "director-\($0).yaml"
            }
            #expect(hopeless.contains(name))
            return
        }
        #expect(Self.diagnostics(of: Source(name: name, text: mended)) == [])
    }
}
