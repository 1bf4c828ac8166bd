package import Primitives

/// Which connections of a table a successor has to be told of, look by look.
///
/// The kernel's own daemon tells of a connection up to two seconds late, and of one that is being opened not at all. A
/// look gives what is new since the last one, so that what the successor has learned by then is not set back.
package struct ConnectionNews: Sendable {
    /// Of a greater table only what is young is told.
    package static let entryLimit = 65_536
    /// How many seconds behind the freshest of its state, whatever the service, a connection counts as young: of an older
    /// one the kernel's daemon has told.
    private static let delay: UInt32 = 5

    private struct Told: Hashable {
        var destination: Endpoint
        var state: UInt16
    }

    private let services: [ServiceIdentity: UInt32]
    private var told: [SyncedConnection.Key: Told] = [:]
    /// What the successor was told to be opened.
    private var opened: Set<SyncedConnection.Key> = []

    /// Makes one that has told nothing, for these services with the seconds of their persistence, or 0.
    package init(services: [ServiceIdentity: UInt32]) {
        self.services = services
    }

    /// How many connections were told of.
    package var count: Int { told.count }

    /// The successor was told that these are being opened: it is told of their real servers, though a look that has begun
    /// before may have done that.
    package mutating func open(_ keys: Set<SyncedConnection.Key>) {
        for key in keys { told[key] = nil }
        opened.formUnion(keys)
    }

    /// Takes the text of /proc/net/ip_vs_conn and gives what is to be told.
    ///
    /// Most of a table are connections that have ended and linger for two minutes. They are passed over by their last two
    /// columns: until a look is over, the successor may still go by what it remembers of a port's last use. What the
    /// successor was told to be opened since the look began is left to the next one.
    package mutating func take(
        _ text: [UInt8],
        openedSince: Set<SyncedConnection.Key> = [],
    ) -> [SyncedConnection] {
        let lines = text.split(separator: UInt8(ascii: "\n"))
        let ends = lines.map { SyncedConnection.end(inLine: $0) }
        var freshest: [UInt16: UInt32] = [:]
        for case .some(let end) in ends { freshest[end.state] = max(freshest[end.state] ?? 0, end.timeout) }
        var found: [SyncedConnection] = []
        for (line, end) in zip(lines, ends) {
            if let end, end.timeout + Self.delay < freshest[end.state] ?? 0 { continue }
            if let connection = SyncedConnection(line: line), services[connection.key.service] != nil {
                found.append(connection)
            }
        }
        for connection in found where !connection.isTemplate {
            freshest[connection.state] = max(freshest[connection.state] ?? 0, connection.timeout)
        }
        let isLarge = lines.count > Self.entryLimit
        return found.compactMap { connection in
            let persistence = services[connection.key.service] ?? 0
            let full = connection.isTemplate ? persistence : freshest[connection.state] ?? 0
            if isLarge, connection.timeout + Self.delay < full { return nil }
            guard !openedSince.contains(connection.key) else { return nil }
            let news = Told(destination: connection.destination, state: connection.state)
            guard told.updateValue(news, forKey: connection.key) != news else { return nil }
            var connection = connection
            connection.wasPending = opened.contains(connection.key)
            // The receiver makes the time that is told the template's for good (`ip_vs_proc_conn`), so that what is left
            // of it would shorten the client's persistence.
            if connection.isTemplate { connection.timeout = max(connection.timeout, persistence) }
            return connection
        }
    }
}
