import Balancing
import Testing
import VRRP

@testable import DirectorCore

/// What the sync daemons do follows from how the election stands.
@Suite struct ConnectionSyncWishTests {
    static let settings = ConnectionSyncSettings(identifier: 51, interface: "eth0")

    static func roles(
        _ routers: [ElectionReport.Router],
        named: String? = nil,
        isTakingOver: Bool = false,
        isBackupOnly: Bool = false,
    ) throws -> [SyncDaemon.Role] {
        var report = try ElectionLogTests.report(.backup, .started)
        report.routers = routers
        var settings = settings
        settings.virtualRouter = named
        settings.isBackupOnly = isBackupOnly
        return ConnectionSyncWish(settings, report, isTakingOver: isTakingOver).roles
    }

    @Test func `the director that forwards tells, the one that waits listens`() throws {
        let active = try #require(try ElectionLogTests.report(.active, .started).routers.first)
        let backup = try #require(try ElectionLogTests.report(.backup, .started).routers.first)
        #expect(try Self.roles([active]) == [.master])
        #expect(try Self.roles([backup]) == [.backup])
        var initialize = backup
        initialize.state = .initialize
        #expect(try Self.roles([initialize]) == [.backup])
        #expect(try Self.roles([]) == [])
    }

    @Test func `who still holds the address forwards, as a restarted director does`() throws {
        let backup = try #require(try ElectionLogTests.report(.backup, .started, isHeld: true).routers.first)
        #expect(try Self.roles([backup]) == [.master])
    }

    @Test func `two routers of different states need both daemons, unless one of them decides`() throws {
        let active = try #require(try ElectionLogTests.report(.active, .started).routers.first)
        var backup = try #require(try ElectionLogTests.report(.backup, .started).routers.first)
        backup.name = "other"
        #expect(try Self.roles([active, backup]) == [.master, .backup])
        #expect(try Self.roles([active, backup], named: "other") == [.backup])
        #expect(try Self.roles([active, backup], named: active.name) == [.master])
    }

    @Test func `a successor listens until the one before has told of everything`() throws {
        let active = try #require(try ElectionLogTests.report(.active, .started).routers.first)
        let backup = try #require(try ElectionLogTests.report(.backup, .started).routers.first)
        #expect(try Self.roles([active], isTakingOver: true) == [.master, .backup])
        #expect(try Self.roles([backup], isTakingOver: true) == [.backup])
        // Its kernel would balance nothing meanwhile.
        #expect(try Self.roles([active], isTakingOver: true, isBackupOnly: true) == [.master])
    }

    @Test func `without settings nothing runs`() throws {
        let report = try ElectionLogTests.report(.active, .started)
        #expect(ConnectionSyncWish(nil, report) == ConnectionSyncWish(settings: nil, roles: []))
    }
}
