import AgentCore
import AgentHost
import Glibc
import Linux
import NIOCore
import NIOPosix
import Primitives
import Testing

/// Checks of units by the systemd of the machine that runs the tests, which in a container is none.
@Suite struct UnitRunTests {
    private static func isThere(_ path: String) -> Bool { access(path, F_OK) == 0 }

    /// Whether systemd runs here (sd_booted(3)) and can be asked by everybody.
    private static let canAsk = isThere("/run/systemd/system") && isThere("/run/dbus/system_bus_socket")

    @Test func `a unit is active where systemd says so, and could not be looked at where nobody can be asked`() throws {
        let outcome = try LocalRunTests.outcome(.unit(UnitCheck(unit: "init.scope")), timeout: .seconds(5))
        switch outcome {
        case .passed(let evidence, _):
            #expect(evidence == "init.scope is active (running)")
        case .notRun(let reason):
            let beginning = "init.scope: no answer from the system bus: "
            #expect(!Self.canAsk)
            #expect(reason.hasPrefix(beginning) && reason.count > beginning.count)
        default:
            Issue.record("neither active nor unknown: \(outcome)")
        }
    }

    @Test func `a unit whose state nobody tells in time is not blamed`() throws {
        var reactor = try Reactor()
        let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        defer { try? group.syncShutdownGracefully() }
        var runner = LocalRunner(firstToken: 2, requests: try LocalRequests(on: group.next()))
        let address = try #require(IPAddress("127.0.0.1"))
        let service = ServiceIdentity(protocol: .tcp, endpoint: Endpoint(address: address, port: 80))
        let check = LocalCheck(.unit(UnitCheck(unit: "init.scope")), timeout: .milliseconds(100))
        #expect(runner.start(.check(check, of: service), at: Clock.now, &reactor) == nil)
        // Without waiting for what the reactor has to say, its time is up.
        let due = runner.deadline
        let deadline = try #require(due)
        let ended = runner.expire(at: deadline, &reactor)
        #expect(ended.map(\.outcome) == [.notRun("init.scope: no answer from the system bus: Connection timed out")])
        let left = runner.deadline
        #expect(left == nil)
    }
}
