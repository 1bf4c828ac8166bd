internal import Glibc
internal import Linux
internal import Primitives
internal import ServiceManager
internal import SystemPackage

/// Asks systemd about units from a thread of its own, which may wait for the bus.
final class UnitQueries: Sendable {
    /// How many questions may wait for the one before them.
    static let limit = 64

    private let inbox: Mailbox<UnitQuery>

    /// Starts the thread.
    init() throws(Errno) {
        let inbox = try Mailbox<UnitQuery>(capacity: Self.limit, whenFull: .refuse)
        self.inbox = inbox
        try LoopThread.start(name: "units") { Self.run(inbox) }
    }

    private static func run(_ inbox: Mailbox<UnitQuery>) -> Never {
        var connection: ManagerConnection?
        while true {
            var descriptor = pollfd(fd: inbox.descriptor, events: Int16(POLLIN), revents: 0)
            // An interruption is a look too many.
            _ = unsafe poll(&descriptor, 1, -1)
            // Whoever waited too long behind others is not there any more.
            for query in inbox.drain() where Clock.now < query.deadline {
                query.answer.post(answer(query, on: &connection))
            }
        }
    }

    /// Asks on the connection that stands, or on a new one if there is none or it has broken.
    private static func answer(
        _ query: UnitQuery,
        on connection: inout ManagerConnection?,
    ) -> Result<UnitState, Errno> {
        if let standing = connection {
            do throws(Errno) {
                return .success(try standing.state(ofUnit: query.unit, until: query.deadline))
            } catch {
                connection = nil
                // There is no time left for another one.
                guard error != .timedOut else { return .failure(error) }
            }
        }
        do throws(Errno) {
            let new = try ManagerConnection()
            let state = try new.state(ofUnit: query.unit, until: query.deadline)
            connection = new
            return .success(state)
        } catch {
            return .failure(error)
        }
    }

    /// Has a question asked as soon as those before it are answered; false if too many wait already.
    func ask(_ query: UnitQuery) -> Bool { inbox.post(query) }
}
