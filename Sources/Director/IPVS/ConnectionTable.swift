internal import Linux
package import Primitives
package import SystemPackage

/// The kernel's connection table.
package struct ConnectionTable: Hashable, Sendable, Codable {
    /// The entries in the kernel's order.
    package var connections: [Connection]
    /// How many lines had an unknown form.
    package var unreadable: Int
    /// Whether the table was longer than what was read of it.
    package var isTruncated: Bool

    /// A table is read up to this size, some hundred thousand connections.
    private static let sizeLimit = 32 << 20

    /// Reads the table of this network namespace; without ip_vs there is none.
    package static func read() throws(Errno) -> ConnectionTable {
        let text = try text()
        return ConnectionTable(parsing: text, isTruncated: text.count >= sizeLimit)
    }

    /// Reads the table's text; with a deadline only as much as the kernel gives until then.
    package static func text(until deadline: MonotonicInstant? = nil) throws(Errno) -> [UInt8] {
        try SystemFile.read("/proc/thread-self/net/ip_vs_conn", limit: sizeLimit, until: deadline)
    }

    /// Parses the text of /proc/net/ip_vs_conn, whose first line is a heading.
    package init(parsing text: [UInt8], isTruncated: Bool = false) {
        var connections: [Connection] = []
        var unreadable = 0
        for line in text.split(separator: UInt8(ascii: "\n")).dropFirst() {
            if let connection = Connection(line: String(decoding: line, as: UTF8.self)) {
                connections.append(connection)
            } else {
                unreadable += 1
            }
        }
        self.connections = connections
        self.unreadable = unreadable
        self.isTruncated = isTruncated
    }

    /// The table as `ipvsadm -Lnc` prints it.
    package var text: String {
        let rows = connections.map { connection in
            [
                connection.protocolName, Self.clock(connection.expires), connection.state, "\(connection.client)",
                "\(connection.virtual)", "\(connection.destination)",
            ]
        }
        let table = [["pro", "expire", "state", "source", "virtual", "destination"]] + rows
        let widths = (0..<6).map { column in table.map { $0[column].count }.max() ?? 0 }
        let lines = table.map { row in
            var line = ""
            for (cell, width) in zip(row, widths) {
                line += cell + String(repeating: " ", count: width - cell.count + 1)
            }
            while line.last == " " { line.removeLast() }
            return line
        }
        return (["IPVS connection entries"] + lines).joined(separator: "\n") + "\n"
    }

    /// Minutes and seconds.
    private static func clock(_ seconds: Int) -> String {
        let rest = seconds % 60
        return "\(seconds / 60 < 10 ? "0" : "")\(seconds / 60):\(rest < 10 ? "0" : "")\(rest)"
    }
}
