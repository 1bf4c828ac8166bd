import DirectorConfiguration
import Foundation
import Primitives
import Testing

@testable import ConfigurationSyntax

@Suite struct SyntaxTests {
    private func error(_ text: String, name: String = "x.yaml") -> ConfigurationError? {
        do {
            _ = try DirectorConfiguration.parse(Source(name: name, text: text))
            return nil
        } catch { return error }
    }

    @Test func `a problem is shown with file, line, column, the line and a caret`() throws {
        let text = try Files.text(ofExample: "director-lb1.yaml").replacing("scheduler: rr", with: "scheduler: wcl")
        #expect(
            error(text).map { "\($0)" } == """
                x.yaml:26:16: there is no scheduler "wcl"; did you mean "wlc"?
                        scheduler: wcl
                                   ^~~
                """
        )
    }

    @Test func `the caret stands right after tabs, wide lines and a byte order mark`() {
        let marked = error("\u{FEFF}nme: lb1\n").map { "\($0)" } ?? ""
        #expect(
            marked.contains("x.yaml:1:1: the file has no key \"nme\"; did you mean \"name\"?\n    nme: lb1\n    ^~~")
        )
        let tabbed = error("name: lb1 \t # x\ninterface:\t\t7.7.7.7.7.7.7.7.7.7\n").map { "\($0)" } ?? ""
        #expect(tabbed.contains("x.yaml:2:13:"))
        #expect(tabbed.contains("    interface:\t\t7.7.7.7.7.7.7.7.7.7\n              \t\t^~~"))
        let wide = error("name: [\(String(repeating: "a, ", count: 200))]\n").map { "\($0)" } ?? ""
        #expect(wide.split(separator: "\n").allSatisfy { $0.count < 200 })
    }

    @Test(arguments: ["\n", "\r\n", "\r", "\u{85}", "\u{2028}"])
    func `lines are counted as libyaml counts them`(lineBreak: String) {
        let text = ["# é ü 漢", "name: lb1", "nam: lb2", ""].joined(separator: lineBreak)
        let diagnostics = error(text)?.diagnostics ?? []
        #expect(diagnostics.contains { $0.span == SourceSpan(line: 3, column: 1, length: 3) })
        #expect(error(text).map { "\($0)".contains("    nam: lb2\n    ^~~") } == true)
    }

    @Test func `problems come in the order of the file, fifty at most`() throws {
        let keys = (0..<80).map { "key\($0): 1" }.joined(separator: "\n")
        let diagnostics = try #require(error(keys)).diagnostics
        #expect(diagnostics.count == 51)
        #expect(diagnostics.last?.text == "and 33 more problems")
        let spans = diagnostics.compactMap(\.span)
        #expect(spans == spans.sorted())
    }

    @Test func `what could disturb a terminal is not printed`() {
        let shown = error("\"na\\e[31mme\": lb1\n").map { "\($0)" } ?? ""
        #expect(!shown.contains("\u{1b}"))
        #expect(shown.contains("na?[31mme"))
    }

    @Test func `a file has bounds`() throws {
        let large = String(repeating: "# comment\n", count: 110_000)
        #expect(error(large)?.diagnostics.map(\.text) == ["the file is larger than 1 MiB"])
        let many = "name: [\(String(repeating: "a,", count: 60_000))]"
        #expect(error(many)?.diagnostics.map(\.text) == ["the file has more than 50000 values"])
    }

    @Test func `a node has no more than its agent can be told`() throws {
        let text = try Files.text(ofExample: "director-lb1.yaml")
        let services = (1...128).map {
            "  - {name: s\($0), address: 192.0.2.100, port: \(1_000 + $0), real_servers: [web1]}\n"
        }
        #expect(error(text + services.dropLast().joined()) == nil)
        let texts = error(text + services.joined())?.diagnostics.map(\.text)
        #expect(texts == ["\"web1\" has 129 services; an agent serves at most 128"])
    }

    @Test func `a file that cannot be read says why`() throws {
        let directory = FileManager.default.temporaryDirectory.appending(path: "tandem-configuration-\(UUID())")
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: directory) }
        func message(_ path: String) -> String? {
            do {
                _ = try DirectorConfiguration.load(path: path)
                return nil
            } catch { return "\(error)" }
        }
        let missing = directory.appending(path: "missing.yaml").path
        #expect(message(missing) == "\(missing): cannot open the file: there is no such file")
        #expect(message(directory.path) == "\(directory.path): cannot read the file: it is a directory")
        let large = directory.appending(path: "large.yaml")
        try Data(count: Source.maximumSize + 1).write(to: large)
        #expect(message(large.path) == "\(large.path): the file is larger than 1 MiB")
    }

    @Test(arguments: [
        ("200ms", 200_000_000), ("1s", 1_000_000_000), ("1.5s", 1_500_000_000), ("5m", 300_000_000_000),
        ("2h", 7_200_000_000_000), ("31d", 2_678_400_000_000_000), ("0s", 0), ("0.125s", 125_000_000),
    ])
    func `a duration is a number and its unit`(text: String, nanoseconds: Int64) {
        #expect(Interval(configurationText: text)?.nanoseconds == nanoseconds)
    }

    @Test(arguments: [
        "", "s", "1", "1 s", "-1s", "+1s", "1.s", ".5s", "1.2345s", "1e3s", "1us", "1S", "9999999999s", "999999999d",
        "1ss",
        "٣s",
    ])
    func `anything else is no duration`(text: String) {
        #expect(Interval(configurationText: text) == nil)
    }

    @Test(arguments: [
        ("prioritty", "priority"), ("vird", "vrid"), ("advertisement-interval", "advertisement_interval"),
        ("Name", "name"), ("adresses", "addresses"),
    ])
    func `the nearest spelling is suggested`(text: String, expected: String) {
        let known = ["name", "vrid", "interface", "priority", "advertisement_interval", "preempt", "addresses"]
        #expect(EditDistance.nearest(to: text, among: known) == expected)
    }

    @Test(arguments: ["x", "database", "weight", ""])
    func `what is far from everything is not guessed at`(text: String) {
        #expect(EditDistance.nearest(to: text, among: ["name", "vrid", "preempt"]) == nil)
    }

    @Test func `no input traps`() throws {
        let names = ["director-lb1.yaml", "director-full.yaml", "agent-full.yaml"]
        let seeds = try names.map { Array(try Files.text(ofExample: $0).utf8) }
        let pieces = [
            "\n", "  ", "- ", ": ", "{", "}", "[", "]", "&a ", "*a", "!!x ", "\"", "'", "|", ">", "\t", "---", "\u{0}",
            "é",
        ]
        var generator = SeededGenerator(seed: 7)
        for _ in 0..<600 {
            var bytes = seeds[Int.random(in: 0..<seeds.count, using: &generator)]
            for _ in 0..<Int.random(in: 1...6, using: &generator) {
                let place = Int.random(in: 0..<bytes.count, using: &generator)
                switch Int.random(in: 0..<4, using: &generator) {
                case 0: bytes[place] = UInt8.random(in: 0...255, using: &generator)
                case 1:
                    bytes.removeSubrange(place..<min(bytes.count, place + Int.random(in: 1...40, using: &generator)))
                case 2:
                    let piece = pieces[Int.random(in: 0..<pieces.count, using: &generator)]
                    bytes.insert(contentsOf: Array(piece.utf8), at: place)
                default: bytes = Array(bytes[..<max(1, place)])
                }
                if bytes.isEmpty { bytes = [10] }
            }
            do {
                _ = try DirectorConfiguration.parse(Source(name: "random", bytes: bytes))
            } catch {
                #expect(!error.diagnostics.isEmpty)
                #expect(!"\(error)".isEmpty)
            }
        }
    }
}
