package import Primitives

/// Which connections of a table a successor has to be told of, look by look.
///
/// The kernel's own daemon tells of a connection up to two seconds late, and of one that is being opened not at all. A
/// look gives what is new since the last one, so that what the successor has learned by then is not set back.
package struct ConnectionNews: Sendable {
    /// A greater table is not gone through.
    package static let entryLimit = 65_536
    /// How far behind the freshest of its state a connection that ends may be: the kernel's daemon has told of it.
    private static let delay: UInt32 = 5

    private struct Told: Hashable {
        var destination: Endpoint
        var state: UInt16
    }

    private let services: Set<ServiceIdentity>
    private var told: [SyncedConnection.Key: Told] = [:]

    /// Makes one for these services that has told nothing.
    package init(services: Set<ServiceIdentity>) {
        self.services = services
    }

    /// How many connections were told of.
    package var count: Int { told.count }

    /// Takes the text of /proc/net/ip_vs_conn; nothing if it has too many entries.
    package mutating func take(_ text: [UInt8]) -> [SyncedConnection]? {
        let lines = text.split(separator: UInt8(ascii: "\n"))
        guard lines.count <= Self.entryLimit else { return nil }
        let found = lines.compactMap { SyncedConnection(line: $0) }.filter { services.contains($0.key.service) }
        var freshest: [UInt16: UInt32] = [:]
        for connection in found where connection.isEnding {
            freshest[connection.state] = max(freshest[connection.state] ?? 0, connection.timeout)
        }
        return found.filter { connection in
            if connection.isEnding, connection.timeout + Self.delay < freshest[connection.state] ?? 0 { return false }
            let news = Told(destination: connection.destination, state: connection.state)
            return told.updateValue(news, forKey: connection.key) != news
        }
    }
}
