package import Primitives

/// Finds services that hang: the kernel goes on taking their connections, and nobody takes them up.
///
/// Every connection that is made for it is followed until the service has accepted it. A service that is only slow takes
/// up one after the other, however late; one that hangs takes up none while some wait.
package struct AcceptWatch: Sendable {
    /// A connection of the agent's to a service, known by its own port.
    package struct Connection: Hashable, Sendable {
        /// The service.
        package let service: ServiceIdentity
        /// The port at the agent's end.
        package let port: UInt16

        /// Makes a connection.
        package init(service: ServiceIdentity, port: UInt16) {
            self.service = service
            self.port = port
        }
    }

    /// What turned out about a service.
    package enum Finding: Hashable, Sendable {
        /// It has accepted nothing for so long.
        case hangs(Interval)
        /// It does not hang any more.
        case goesOn
    }

    private struct Entry: Sendable {
        var connection: Connection
        var since: MonotonicInstant
        var lookAt: MonotonicInstant
    }

    /// How long nothing is taken up before a service hangs.
    package var patience: Interval
    /// How long after its beginning a connection is looked at first, and how often after that.
    package static let lookInterval = Interval.milliseconds(200)

    /// How late a look may be for what it shows to count.
    private static let toleratedLateness = Interval.milliseconds(100)
    /// Connections that wait in one service's queue at a time, those of ten seconds.
    private static let limit = 32

    private var entries: [Entry] = []
    private var progress: [ServiceIdentity: MonotonicInstant] = [:]
    private var hanging: Set<ServiceIdentity> = []

    /// Makes a watch of nothing that is patient for so long: as long as three of the directors' probes take to fail.
    package init(patience: Interval = .milliseconds(600)) {
        self.patience = patience
    }

    /// When connections have to be looked at.
    package var deadline: MonotonicInstant? { entries.map(\.lookAt).min() }

    /// Whether a service hangs.
    package func isHanging(_ service: ServiceIdentity) -> Bool { hanging.contains(service) }

    /// Forgets all services but these, and gives those of the forgotten ones that hung.
    package mutating func keep(_ services: [ServiceIdentity]) -> [ServiceIdentity] {
        entries.removeAll { !services.contains($0.connection.service) }
        progress = progress.filter { services.contains($0.key) }
        let gone = hanging.subtracting(services)
        hanging.subtract(gone)
        return gone.sorted()
    }

    /// Whether so many connections wait that another one would show nothing more.
    package func isCrowded(_ service: ServiceIdentity) -> Bool {
        entries.count { $0.connection.service == service } >= Self.limit
    }

    /// Follows a connection that the kernel has taken.
    package mutating func follow(_ connection: Connection, at now: MonotonicInstant) {
        entries.append(Entry(connection: connection, since: now, lookAt: now + Self.lookInterval))
    }

    /// The connections to look at now.
    package func due(at now: MonotonicInstant) -> [Connection] {
        entries.filter { $0.lookAt <= now }.map(\.connection)
    }

    /// Takes what was seen of a connection, and gives what is new about its service.
    package mutating func saw(
        _ connection: Connection,
        isWaiting: Bool,
        at now: MonotonicInstant,
    ) -> Finding? {
        guard let index = entries.firstIndex(where: { $0.connection == connection }) else { return nil }
        let service = connection.service
        guard isWaiting else {
            // Taken up, or gone with its listener, which the next connection will show.
            entries.remove(at: index)
            progress[service] = entries.contains { $0.connection.service == service } ? now : nil
            return hanging.remove(service) == nil ? nil : .goesOn
        }
        // Where the agent itself came late, the service has perhaps had no processor either.
        if now - entries[index].lookAt > Self.toleratedLateness { progress[service] = now }
        entries[index].lookAt = now + Self.lookInterval
        let waited = now - max(entries[index].since, progress[service] ?? entries[index].since)
        guard waited >= patience, hanging.insert(service).inserted else { return nil }
        return .hangs(waited)
    }
}
