import FoundationEssentials
import Testing

/// Reads the requirement table of the documentation: every test that it names exists, and no row says nothing.
@Suite struct `Requirement table` {
    struct Row {
        var document: Substring
        var section: Substring
        var obeyed: [Substring]
        var refused: [Substring]
        var text: Substring
    }

    static let page = Purity.root.appending(path: "Sources/Director/DirectorCommand/Tandem.docc/Requirements.md")

    /// How a row may say that a test is not to be had.
    static let statements = ["Does not apply:", "By construction:", "Departs:"]

    /// The rows of every table: section, level, demand, obeyed, refused.
    static func rows(of text: String) -> [Row] {
        var document = Substring()
        return text.split(separator: "\n").compactMap { line in
            if line.hasPrefix("### ") { document = line.dropFirst(4) }
            guard line.hasPrefix("|"), !line.hasPrefix("| ---"), !line.hasPrefix("| Section") else { return nil }
            let cells = line.dropFirst().dropLast().split(separator: "|", omittingEmptySubsequences: false)
            guard cells.count == 5 else { return nil }
            return Row(
                document: document,
                section: trimmed(cells[0]),
                obeyed: names(in: cells[3]),
                refused: names(in: cells[4]),
                text: line
            )
        }
    }

    static func trimmed(_ text: Substring) -> Substring {
        let start = text.drop { $0 == " " }
        return start.lastIndex { $0 != " " }.map { start[...$0] } ?? ""
    }

    /// What stands between backticks.
    static func names(in cell: Substring) -> [Substring] {
        let parts = cell.split(separator: "`", omittingEmptySubsequences: false)
        return parts.indices.filter { $0 % 2 == 1 }.map { parts[$0] }
    }

    /// The names of all tests, as functions or as words.
    static func tests() throws -> Set<Substring> {
        var found: Set<Substring> = []
        for source in try Purity.sources(of: "Tests") {
            for line in source.text.split(separator: "\n") {
                if let start = line.firstRange(of: "func `"), let end = line[start.upperBound...].firstIndex(of: "`") {
                    found.insert(line[start.upperBound..<end])
                }
                if let start = line.firstRange(of: "@Test(\""), let end = line[start.upperBound...].firstIndex(of: "\"")
                {
                    found.insert(line[start.upperBound..<end])
                }
            }
        }
        return found
    }

    @Test func `every test that the table names exists`() throws {
        let rows = Self.rows(of: try String(contentsOf: Self.page, encoding: .utf8))
        let tests = try Self.tests()
        #expect(rows.count > 80)
        for row in rows {
            for name in row.obeyed + row.refused {
                #expect(tests.contains(name), "\(row.document) \(row.section) names “\(name)”, which is no test")
            }
        }
    }

    @Test func `every row has a test for either side or says plainly why not`() throws {
        for row in Self.rows(of: try String(contentsOf: Self.page, encoding: .utf8)) {
            let isTested = !row.obeyed.isEmpty && !row.refused.isEmpty
            let isExplained = Self.statements.contains { row.text.contains($0) }
            #expect(isTested || isExplained, "\(row.document) \(row.section) has neither tests nor a reason")
        }
    }

    @Test func `every part of sections 5 to 8 has a row`() throws {
        let sections = Self.rows(of: try String(contentsOf: Self.page, encoding: .utf8))
            .filter { $0.document.hasPrefix("RFC 9568") }.map(\.section)
        let parts = [
            "5.1.1.1", "5.1.1.2", "5.1.1.3", "5.1.2.1", "5.1.2.2", "5.1.2.3", "5.2.1", "5.2.2", "5.2.3", "5.2.4",
            "5.2.5", "5.2.6", "5.2.7", "5.2.8", "5.2.9", "6.1", "6.4.1", "6.4.2", "6.4.3", "7.1", "7.2", "7.3",
            "7.4", "8.1.1", "8.1.2", "8.1.3", "8.2.1", "8.2.2", "8.2.3", "8.2.4", "8.3.1", "8.3.2", "8.4.1", "8.4.2",
        ]
        for part in parts { #expect(sections.contains { $0 == part }, "no row for section \(part)") }
    }

    /// The test of the test.
    @Test func `the reader sees rows, names and silence`() {
        let text = """
            ### RFC 1
            | Section | Level | Demand | Obeyed | Opposite refused |
            | --- | --- | --- | --- | --- |
            | 5.1 | MUST | a thing | `one`, `two, with a comma` | |
            """
        let rows = Self.rows(of: text)
        #expect(rows.count == 1)
        #expect(rows.first?.document == "RFC 1")
        #expect(rows.first?.section == "5.1")
        #expect(rows.first?.obeyed == ["one", "two, with a comma"])
        #expect(rows.first?.refused == [])
    }
}
