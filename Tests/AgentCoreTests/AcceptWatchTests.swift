import AgentCore
import AgentProtocol
import Primitives
import Testing

@Suite struct AcceptWatchTests {
    private static let start = MonotonicInstant(nanoseconds: 0)
    private let service: ServiceIdentity
    private let other: ServiceIdentity

    init() throws {
        service = ServiceIdentity(protocol: .tcp, endpoint: try #require(Endpoint("192.0.2.10:80")))
        other = ServiceIdentity(protocol: .tcp, endpoint: try #require(Endpoint("192.0.2.10:81")))
    }

    /// Connects every 300 ms for so long and gives when the service was told to hang.
    ///
    /// `accepts` says when a connection that was begun at an instant is taken up, if ever.
    private func play(
        _ watch: inout AcceptWatch,
        for length: Interval,
        from begin: MonotonicInstant = start,
        stall: ClosedRange<Int64>? = nil,
        _ accepts: (Interval) -> Interval?,
    ) -> [Interval] {
        var hangs: [Interval] = []
        var begun: [UInt16: Interval] = [:]
        var next = begin
        var at = begin
        while at < begin + length {
            let time = at - Self.start
            // A machine that stands still runs nobody.
            if stall?.contains(time.milliseconds) != true {
                for connection in watch.due(at: at) {
                    let since = begun[connection.port] ?? .zero
                    let isWaiting = accepts(since).map { time < $0 } ?? true
                    if case .hangs? = watch.saw(connection, isWaiting: isWaiting, at: at) { hangs.append(time) }
                }
                if at >= next, !watch.isCrowded(service) {
                    next = at + .milliseconds(300)
                    let port = UInt16(40_000 + time.milliseconds / 300 % 20_000)
                    begun[port] = time
                    watch.follow(.init(service: service, port: port), at: at)
                }
            }
            at = at + .milliseconds(10)
        }
        return hangs
    }

    @Test func `a service that takes up nothing hangs within nine tenths of a second, and is told of once`() {
        for stop in Int64(3_000)...3_300 where stop % 10 == 0 {
            var watch = AcceptWatch()
            let hangs = play(&watch, for: .seconds(10)) { $0.milliseconds < stop ? $0 : nil }
            #expect(hangs.count == 1)
            let after = (hangs.first ?? .zero) - .milliseconds(stop)
            #expect(after >= .milliseconds(600) && after <= .milliseconds(910), "after \(after)")
            #expect(watch.isHanging(service) && !watch.isHanging(other))
        }
    }

    @Test(arguments: [(Int64(2_500), 0), (1_000, 1)])
    func `a service that serves one long request hangs for an agent without the patience`(patience: Int64, count: Int) {
        var watch = AcceptWatch(patience: .milliseconds(patience))
        let hangs = play(&watch, for: .seconds(10)) { time in
            (3_000..<5_000).contains(time.milliseconds) ? .milliseconds(5_000) : time
        }
        #expect(hangs.count == count)
    }

    @Test func `a service that is slow and takes up one after the other does not hang`() {
        for delay in [Interval.milliseconds(500), .seconds(1), .seconds(2)] {
            var watch = AcceptWatch()
            // From the third second on each waits so long.
            let hangs = play(&watch, for: .seconds(20)) { $0 < .seconds(3) ? $0 : $0 + delay }
            // The first to be late is late after all that were not.
            #expect(hangs.count <= (delay > .milliseconds(600) ? 1 : 0), "\(delay): \(hangs)")
            #expect(!watch.isHanging(service) && !watch.isCrowded(service), "\(delay)")
        }
    }

    @Test func `a service that goes on is not called hanging any more`() {
        var watch = AcceptWatch()
        // What was begun while it stood still is taken up at five seconds.
        let stood: (Interval) -> Interval? = { $0 < .seconds(2) ? $0 : max($0, .seconds(5)) }
        #expect(play(&watch, for: .seconds(4), stood).count == 1)
        #expect(watch.isHanging(service))
        #expect(play(&watch, for: .seconds(4), from: Self.start + .seconds(5), stood).isEmpty)
        #expect(!watch.isHanging(service))
    }

    @Test func `a machine that stood still says nothing of its services`() {
        var watch = AcceptWatch()
        // Whatever was begun before the stall is taken up 200 ms after it.
        let hangs = play(&watch, for: .seconds(8), stall: 3_010...5_000) { since in
            since > .milliseconds(2_900) && since < .seconds(5) ? .milliseconds(5_200) : since
        }
        #expect(hangs.isEmpty)
    }

    @Test func `a service that is not there any more is not waited for`() {
        var watch = AcceptWatch()
        watch.follow(.init(service: service, port: 40_000), at: Self.start)
        let at = Self.start + AcceptWatch.lookInterval
        #expect(watch.deadline == at)
        #expect(watch.saw(.init(service: service, port: 40_000), isWaiting: false, at: at) == nil)
        #expect(watch.deadline == nil)
        #expect(play(&watch, for: .seconds(2)) { _ in nil }.count == 1)
        #expect(watch.keep([other]) == [service] && watch.deadline == nil && !watch.isHanging(service))
    }
}

@Suite struct `A service that hangs` {
    @Test func `is told to the directors until it goes on, and while its address is held`() throws {
        let bench = Bench()
        bench.host.listeners = [Bench.web.endpoint]
        try bench.start()
        let link = try bench.connect(0)
        try bench.desire(link, [Bench.vip])
        try bench.advance(.seconds(2))
        func probe() -> [String] {
            bench.status.facts.filter { $0.kind == "local-probe" }.map { "\($0.verdict), \($0.evidence)" }
        }
        #expect(probe() == ["holds, connected"])
        try bench.send(.accepts(Bench.web, stall: .milliseconds(700)))
        #expect(probe() == ["violated, the service accepts no connection, for 700 ms when that was noticed"])
        // That the kernel takes a connection says nothing.
        try bench.advance(.seconds(3))
        #expect(probe().first?.hasPrefix("violated") == true)
        try bench.send(.accepts(Bench.web, stall: nil))
        #expect(probe() == ["holds, connected"])
    }
}
