/// Rows under a heading, in columns as wide as their widest cell.
package struct TextTable: Sendable {
    private var rows: [[String]]
    private let columns: Int

    /// Makes a table of a heading.
    package init(_ heading: [String]) {
        rows = [heading]
        columns = heading.count
    }

    /// Adds a row with a cell for each column.
    package mutating func add(_ cells: [String]) {
        precondition(cells.count == columns, "a cell for each column")
        rows.append(cells.map(Self.printable))
    }

    /// Whether there is nothing under the heading.
    package var isEmpty: Bool { rows.count == 1 }

    /// The lines, without spaces at their ends.
    package var lines: [String] {
        let widths = (0..<columns).map { column in rows.map { $0[column].count }.max() ?? 0 }
        return rows.map { row in
            var line = ""
            for (cell, width) in zip(row, widths) {
                line += cell + String(repeating: " ", count: width - cell.count + 2)
            }
            while line.last == " " { line.removeLast() }
            return line
        }
    }

    /// A cell without anything that could move a terminal's cursor; an empty one is a dash.
    private static func printable(_ cell: String) -> String {
        guard !cell.isEmpty else { return "-" }
        let scalars = cell.unicodeScalars.map { scalar -> Unicode.Scalar in
            switch scalar.properties.generalCategory {
            case .control, .format, .lineSeparator, .paragraphSeparator, .surrogate, .privateUse, .unassigned: "?"
            default: scalar
            }
        }
        return String(String.UnicodeScalarView(scalars))
    }
}
