import Balancing
import Primitives
import Testing

/// The sync daemons: what is planned, and how far a backup is.
@Suite struct ConnectionSyncTests {
    static var settings: ConnectionSyncSettings { ConnectionSyncSettings(identifier: 51, interface: "eth0") }

    static func wish(
        _ roles: Set<SyncDaemon.Role>,
        _ change: (inout ConnectionSyncSettings) -> Void = { _ in },
    ) -> ConnectionSyncWish {
        var settings = settings
        change(&settings)
        return ConnectionSyncWish(settings: settings, roles: roles)
    }

    /// A kernel that keeps at most one daemon of a role, and fills in the length as the real one does.
    struct Daemons {
        var running: [SyncDaemon] = []

        @discardableResult
        mutating func apply(_ operation: SyncDaemonOperation) -> Bool {
            switch operation {
            case .start(var daemon):
                guard !running.contains(where: { $0.role == daemon.role }) else { return false }
                daemon.maximumLength = daemon.maximumLength ?? 1472
                running.append(daemon)
            case .stop(let role):
                guard running.contains(where: { $0.role == role }) else { return false }
                running.removeAll { $0.role == role }
            }
            return true
        }

        mutating func follow(
            _ sync: inout ConnectionSync,
            _ wish: ConnectionSyncWish,
            at second: Int64 = 1,
        ) -> (lines: [String], status: ConnectionSyncStatus) {
            let plan = sync.plan(wish, observed: running)
            for planned in plan.operations {
                let isApplied = apply(planned.operation)
                #expect(isApplied, "\(planned.operation)")
            }
            let lines = plan.operations.map { "\($0.operation): \($0.reason.rawValue)" }
            return (lines, sync.follow(wish, running: running, at: Fixtures.at(second)))
        }
    }

    static let master = "start master daemon with sync id 51 on eth0, 224.0.0.81:8848"
    static let backup = "start backup daemon with sync id 51 on eth0, 224.0.0.81:8848"

    @Test func `the role follows the election, and the new daemon begins before the old one ends`() {
        var sync = ConnectionSync()
        var kernel = Daemons()
        #expect(kernel.follow(&sync, Self.wish([.backup])).lines == ["\(Self.backup): wanted"])
        #expect(kernel.follow(&sync, Self.wish([.backup])).lines == [])
        #expect(
            kernel.follow(&sync, Self.wish([.master])).lines == [
                "\(Self.master): wanted", "stop backup daemon: unwanted",
            ]
        )
        #expect(
            kernel.follow(&sync, Self.wish([.backup])).lines == [
                "\(Self.backup): wanted", "stop master daemon: unwanted",
            ]
        )
        #expect(kernel.follow(&sync, Self.wish([.master, .backup])).lines == ["\(Self.master): wanted"])
    }

    @Test func `a real server's own director stops listening before it forwards`() {
        var sync = ConnectionSync()
        var kernel = Daemons()
        _ = kernel.follow(&sync, Self.wish([.backup]) { $0.isBackupOnly = true })
        let lines = kernel.follow(&sync, Self.wish([.master]) { $0.isBackupOnly = true }).lines
        #expect(lines == ["stop backup daemon: unwanted", "\(Self.master): wanted"])
    }

    @Test func `a daemon that somebody stopped or changed is repaired, and counts as drift`() {
        var sync = ConnectionSync()
        var kernel = Daemons()
        for _ in 0..<2 { _ = kernel.follow(&sync, Self.wish([.backup])) }
        kernel.running = []
        #expect(kernel.follow(&sync, Self.wish([.backup])).lines == ["\(Self.backup): daemon-missing"])
        _ = kernel.follow(&sync, Self.wish([.backup]))
        kernel.running[0].interface = "eth1"
        #expect(
            kernel.follow(&sync, Self.wish([.backup])).lines
                == ["stop backup daemon: daemon-changed", "\(Self.backup): daemon-changed"]
        )
    }

    @Test func `new settings replace the daemons, and are no drift`() {
        var sync = ConnectionSync()
        var kernel = Daemons()
        for _ in 0..<2 { _ = kernel.follow(&sync, Self.wish([.master])) }
        let other = kernel.follow(&sync, Self.wish([.master]) { $0.identifier = 52 })
        #expect(other.lines.map { $0.hasSuffix(": wanted") } == [true, true])
        #expect(kernel.running.map(\.identifier) == [52])
        let ports = kernel.follow(&sync, Self.wish([.master]) { ($0.identifier, $0.ports) = (52, 2) })
        #expect(ports.lines.count == 2)
        #expect(kernel.follow(&sync, Self.wish([.master]) { ($0.identifier, $0.ports) = (52, 2) }).lines == [])
    }

    @Test(arguments: [[], [.master], [.backup], [.master, .backup]] as [Set<SyncDaemon.Role>])
    func `a daemon of somebody else is named and never touched`(roles: Set<SyncDaemon.Role>) {
        var sync = ConnectionSync()
        let foreign = SyncDaemon(role: .master, interface: "eth0", identifier: 7)
        let wish = Self.wish(roles)
        for _ in 0..<3 {
            let plan = sync.plan(wish, observed: [foreign])
            #expect(plan.foreign == [foreign])
            #expect(plan.operations.allSatisfy { $0.operation != .stop(.master) })
            #expect(plan.operations.map(\.operation) == (roles.contains(.backup) ? [.start(wish.daemon(.backup))] : []))
        }
        // Where nothing is to be synchronized, others may.
        let none = sync.plan(ConnectionSyncWish(settings: nil, roles: [.master]), observed: [foreign])
        #expect(none == ConnectionSync.Plan())
    }

    @Test func `without a wish for synchronization the daemons of this life end`() {
        var sync = ConnectionSync()
        var kernel = Daemons()
        _ = kernel.follow(&sync, Self.wish([.master, .backup]))
        let end = kernel.follow(&sync, ConnectionSyncWish(settings: nil, roles: []))
        #expect(end.lines == ["stop master daemon: unwanted", "stop backup daemon: unwanted"])
        #expect(end.status.role == .none)
        #expect(end.status.isCaughtUp)
    }

    @Test func `a backup is caught up after it has soaked, and at once where it forwarded before`() {
        var sync = ConnectionSync()
        var kernel = Daemons()
        for (second, expected) in [(1, false), (5, false), (10, false), (11, true), (60, true)] as [(Int64, Bool)] {
            let status = kernel.follow(&sync, Self.wish([.backup]), at: second).status
            #expect(status.isCaughtUp == expected, "second \(second)")
            #expect(status.role == .backup)
            #expect(status.since == Fixtures.at(1))
        }
        #expect(kernel.follow(&sync, Self.wish([.master]), at: 70).status.isCaughtUp)
        #expect(kernel.follow(&sync, Self.wish([.backup]), at: 80).status.isCaughtUp)
        // A gap in the listening, and everything has to be heard anew.
        kernel.running = []
        _ = sync.follow(Self.wish([.backup]), running: [], at: Fixtures.at(85))
        #expect(!kernel.follow(&sync, Self.wish([.backup]), at: 86).status.isCaughtUp)
        #expect(kernel.follow(&sync, Self.wish([.backup]), at: 96).status.isCaughtUp)
    }

    @Test func `a director that forwards and listens is caught up when it has listened`() {
        var sync = ConnectionSync()
        var kernel = Daemons()
        #expect(!kernel.follow(&sync, Self.wish([.master, .backup]), at: 1).status.isCaughtUp)
        let status = kernel.follow(&sync, Self.wish([.master, .backup]), at: 11).status
        #expect(status.isCaughtUp)
        #expect(status.role == .both)
    }

    @Test(arguments: 0..<200)
    func `at no time do fewer daemons run than both wishes have in common`(seed: Int) {
        var generator = SeededGenerator(seed: UInt64(seed))
        var sync = ConnectionSync()
        var kernel = Daemons()
        var before: Set<SyncDaemon.Role> = []
        for _ in 0..<20 {
            let roles = Set(SyncDaemon.Role.allCases.filter { _ in Bool.random(using: &generator) })
            let plan = sync.plan(Self.wish(roles), observed: kernel.running)
            for planned in plan.operations {
                #expect(kernel.apply(planned.operation) == true)
                let running = Set(kernel.running.map(\.role))
                #expect(running.isSuperset(of: before.intersection(roles)))
                #expect(!running.isEmpty || before.isEmpty || roles.isEmpty)
            }
            #expect(Set(kernel.running.map(\.role)) == roles)
            before = roles
        }
    }

    @Test func `at stop only the daemons with our sync id end`() {
        let own = Self.settings.daemon(.backup)
        let foreign = SyncDaemon(role: .master, interface: "eth0", identifier: 7)
        #expect(ConnectionSync.clearing(Self.settings, observed: [foreign, own]) == [.stop(.backup)])
    }
}

extension ConnectionSyncWish {
    fileprivate func daemon(_ role: SyncDaemon.Role) -> SyncDaemon {
        ConnectionSyncTests.settings.daemon(role)
    }
}
