import AgentProtocol
import Checks
import Primitives
import Testing

@testable import AgentCore

@Suite struct `The capacity that a node offers` {
    static let start = MonotonicInstant(nanoseconds: 5_000_000_000)
    static let memory = LoadGauge(.memory, idle: 0, full: 100)
    static let file = LoadGauge(.file("/run/capacity"), idle: 100, full: 0)

    static func settings(_ gauges: [LoadGauge] = [memory], _ change: (inout CapacitySettings) -> Void = { _ in })
        -> CapacitySettings
    {
        var settings = CapacitySettings(gauges: gauges)
        settings.smoothing = .zero
        change(&settings)
        return settings
    }

    // MARK: Reading.

    @Test(
        arguments: [
            (.runQueue, "0.20 0.18 0.12 9/80 11206\n", 4, 200), (.runQueue, "0.20 0.18 0.12 1/80 11206\n", 4, 0),
            (.runQueue, "0.20 0.18 0.12 0/80 11206\n", 0, 0), (.runQueue, "0.20 0.18\n", 4, nil),
            (.runQueue, "", 4, nil), (.runQueue, "0.20 0.18 0.12 x/80 11206\n", 4, nil),
            (.cpuPressure, "some avg10=12.50 avg60=0.00 avg300=0.00 total=0\nfull avg10=0.00\n", 4, 12.5),
            (.memoryPressure, "some avg10=0.00 avg60=9.00\n", 4, 0), (.cpuPressure, "full avg10=0.00\n", 4, nil),
            (.cpuPressure, "some avg10=-1\n", 4, nil), (.cpuPressure, "some\n", 4, nil),
            (.memory, "MemTotal:       1000 kB\nMemFree: 1 kB\nMemAvailable:    250 kB\n", 4, 75),
            (.memory, "MemTotal: 1000 kB\nMemAvailable: 4000 kB\n", 4, 0), (.memory, "MemTotal: 1000 kB\n", 4, nil),
            (.memory, "MemTotal: 0 kB\nMemAvailable: 0 kB\n", 4, nil),
            (.file("/run/x"), "70\n", 4, 70), (.file("/run/x"), "  70.25 \r\nmore\n", 4, 70.25),
            (.file("/run/x"), "70%", 4, 70), (.file("/run/x"), "-70", 4, nil), (.file("/run/x"), "nan", 4, nil),
            (.file("/run/x"), "inf", 4, nil), (.file("/run/x"), "1e9", 4, nil), (.file("/run/x"), "0x10", 4, nil),
            (.file("/run/x"), "1.2.3", 4, nil), (.file("/run/x"), ".5", 4, nil), (.file("/run/x"), "5.", 4, nil),
            (.file("/run/x"), "%", 4, nil), (.file("/run/x"), "7 0", 4, nil), (.file("/run/x"), "", 4, nil),
            (.file("/run/x"), "1234567890123", 4, nil), (.file("/run/x"), "\u{0}\u{1}", 4, nil),
        ] as [(LoadGauge.Kind, String, Int, Double?)]
    )
    func `a number is read strictly`(kind: LoadGauge.Kind, text: String, processors: Int, expected: Double?) {
        let gauge = LoadGauge(kind, idle: 0, full: 1)
        #expect(gauge.value(in: Array(text.utf8), processors: processors) == expected)
    }

    @Test func `any octets at all are read or refused`() {
        var generator = SeededGenerator(seed: 7)
        let kinds: [LoadGauge.Kind] = [.runQueue, .cpuPressure, .memory, .memoryPressure, .file("/run/x")]
        for _ in 0..<5_000 {
            let count = Int(generator.next() % 64)
            let octets = Array(" 0123456789./%=\nsomeMTavg:".utf8) + [0, 255]
            let bytes = (0..<count).map { _ in octets[Int(generator.next() % UInt64(octets.count))] }
            for kind in kinds {
                let value = LoadGauge(kind, idle: 0, full: 1).value(in: bytes, processors: 2)
                #expect(value.map { $0 >= 0 && $0.isFinite } ?? true)
            }
        }
    }

    @Test(
        arguments: [
            (0, 100, 30, 70), (20, 80, 20, 100), (20, 80, 50, 50), (20, 80, 99, 0), (100, 0, 70, 70),
            (100, 0, 300, 100),
        ] as [(Int, Int, Double, Double)]
    )
    func `the range says what a number means`(idle: Int, full: Int, value: Double, expected: Double) {
        #expect(LoadGauge(.memory, idle: idle, full: full).capacity(at: value) == expected)
    }

    // MARK: Deciding.

    @Test func `the gauge that allows least decides, and the floor and the ceiling hold`() {
        var capacity = Capacity(Self.settings([Self.memory, Self.file]) { $0.range = 20...90 }, at: Self.start)
        capacity.take(40, of: Self.memory, at: Self.start)
        #expect(capacity.offered == nil, "of the other nothing is known yet")
        capacity.take(80, of: Self.file, at: Self.start)
        #expect(capacity.offered == 60)
        #expect(capacity.evidence == "60% by memory")
        capacity.take(30, of: Self.file, at: Self.start + .seconds(1))
        #expect(capacity.evidence == "30% by /run/capacity")
        capacity.take(0, of: Self.file, at: Self.start + .seconds(2))
        #expect(capacity.offered == 20)
        capacity.take(100, of: Self.file, at: Self.start + .seconds(3))
        capacity.take(0, of: Self.memory, at: Self.start + .seconds(3))
        #expect(capacity.offered == 90)
    }

    @Test func `a share that jitters is told once, and a bound is always reached`() {
        var capacity = Capacity(Self.settings([Self.file]) { $0.range = 10...100 }, at: Self.start)
        var told: [UInt8] = []
        for (index, value) in [50, 52, 48, 54, 46, 55, 51, 98, 99, 97, 100, 96, 97, 95, 10, 12, 9].enumerated() {
            capacity.take(Double(value), of: Self.file, at: Self.start + .seconds(Int64(index)))
            if let offered = capacity.offered, told.last != offered { told.append(offered) }
        }
        #expect(told == [50, 55, 98, 100, 95, 10])
    }

    @Test func `a peak is smoothed away, and what lasts is followed for two thirds in the time constant`() {
        var capacity = Capacity(Self.settings { $0.smoothing = .seconds(10) }, at: Self.start)
        func at(_ seconds: Int64) -> MonotonicInstant { Self.start + .seconds(seconds) }
        for second in stride(from: Int64(0), through: 8, by: 2) {
            capacity.take(0, of: Self.memory, at: at(second))
            #expect(capacity.offered == nil, "the first numbers say little")
        }
        capacity.take(0, of: Self.memory, at: at(10))
        #expect(capacity.offered == 100)
        capacity.take(25, of: Self.memory, at: at(12))
        capacity.take(0, of: Self.memory, at: at(14))
        #expect(capacity.offered == 100)
        for second in stride(from: Int64(16), through: 26, by: 2) { capacity.take(90, of: Self.memory, at: at(second)) }
        let after = Int(capacity.offered ?? 0)
        #expect((25...50).contains(after), "\(after)")
        for second in stride(from: Int64(28), through: 120, by: 2) {
            capacity.take(90, of: Self.memory, at: at(second))
        }
        #expect(capacity.offered.map { Int($0) } ?? 0 <= 14)
    }

    @Test func `a gauge that fails holds for a while, is then left out, and is told`() {
        var capacity = Capacity(Self.settings([Self.memory, Self.file]), at: Self.start)
        capacity.take(10, of: Self.memory, at: Self.start)
        capacity.take(40, of: Self.file, at: Self.start)
        #expect(capacity.offered == 40)
        for second in 1...6 {
            let now = Self.start + .seconds(Int64(second))
            capacity.take(10, of: Self.memory, at: now)
            capacity.take(nil, of: Self.file, problem: "no such file \(second)", at: now)
        }
        #expect(capacity.evidence == "40% by /run/capacity; /run/capacity: no such file 1")
        capacity.take(10, of: Self.memory, at: Self.start + .seconds(7))
        #expect(capacity.evidence == "90% by memory; /run/capacity: no such file 1")
        capacity.take(40, of: Self.file, at: Self.start + .seconds(8))
        #expect(capacity.evidence == "40% by /run/capacity")
        _ = capacity.takeDue(at: Self.start + .seconds(100))
        #expect(capacity.offered == nil)
        #expect(capacity.evidence == "memory: no answer")
    }

    // MARK: In the agent.

    private func measuring(_ gauges: [LoadGauge]) throws -> (Bench, UInt64) {
        let bench = Bench()
        bench.settings.capacity = Self.settings(gauges)
        bench.host.gauges[Self.file] = .passed("/run/capacity", answer: Array("62\n".utf8))
        try bench.start()
        let connection = try bench.connect(0)
        try bench.desire(connection, [Bench.vip])
        try bench.advance(.milliseconds(100))
        return (bench, connection)
    }

    @Test func `it travels in the report, with what decided as a fact, and to HAProxy`() throws {
        let (bench, connection) = try measuring([Self.file])
        #expect(bench.sessions[connection]?.capacity == 62)
        #expect(bench.fact(.capacity, connection)?.verdict == .holds)
        #expect(bench.fact(.capacity, connection)?.evidence == "62% by /run/capacity")
        bench.host.listeners = [Bench.web.endpoint]
        try bench.advance(.seconds(1))
        #expect(bench.agentCheckAnswer == "ready up 62%\n")
        bench.host.gauges[Self.file] = .passed("/run/capacity", answer: Array("rubbish\n".utf8))
        try bench.advance(.seconds(10))
        #expect(bench.sessions[connection]?.capacity == nil)
        #expect(bench.fact(.capacity, connection)?.verdict == .unknown)
        #expect(bench.fact(.capacity, connection)?.evidence == "/run/capacity: no number")
        #expect(bench.agentCheckAnswer == "ready up\n", "HAProxy keeps the weight that it was told last")
        #expect(bench.changes.contains(.capacity(62, evidence: "62% by /run/capacity")))
    }

    @Test func `the connections of the virtual addresses are counted by the looks`() throws {
        let (bench, connection) = try measuring([LoadGauge(.connections, idle: 0, full: 1_000)])
        bench.host.connections[Bench.vip] = 250
        try bench.advance(.seconds(3))
        #expect(bench.sessions[connection]?.capacity == 75)
        #expect(bench.fact(.capacity, connection)?.evidence == "75% by connections")
    }

    @Test func `nothing is measured and nothing told where nothing is configured`() throws {
        let bench = Bench()
        try bench.start()
        let connection = try bench.connect(0)
        try bench.advance(.seconds(5))
        #expect(bench.sessions[connection]?.capacity == nil)
        #expect(bench.fact(.capacity, connection) == nil)
        let counts = bench.effects.contains { effect in
            switch effect {
            case .run: true
            case .observe(let scope, _, _): scope.contains(.connections)
            default: false
            }
        }
        #expect(!counts)
    }

    @Test func `a reload with other settings measures anew, and one with the same does not`() throws {
        let (bench, connection) = try measuring([Self.file])
        try bench.send(.configurationReplaced(bench.settings))
        #expect(bench.sessions[connection]?.capacity == 62)
        bench.settings.capacity = nil
        try bench.send(.configurationReplaced(bench.settings))
        #expect(bench.fact(.capacity, connection) == nil)
        #expect(bench.sessions[connection]?.capacity == nil)
    }
}
