import Glibc
import PeerProtocol
import Primitives
import Testing

@testable import DirectorCommand
@testable import DirectorCore

/// The operators' orders on disk.
@Suite struct OrderFileTests {
    static let now = MonotonicInstant(nanoseconds: 5_000_000_000_000)
    static let wallClock: Int64 = 1_800_000_000

    static var orders: [OperatorOrder] {
        [
            OperatorOrder(
                realServer: "web1",
                service: "http",
                action: .drain,
                by: "ops",
                reason: "kernel \"6.1\"",
                since: now,
                expires: now + .seconds(3_600),
                deadline: now + .seconds(300),
            ),
            OperatorOrder(realServer: "web2", action: .maintenance, since: now),
            OperatorOrder(realServer: "web3", action: .weight(7), since: now),
        ]
    }

    /// With what only two directors need.
    static var kept: OrderFile.Kept {
        var orders = orders
        orders[1].stamp = OrderStamp(time: 1_800_000_000_123, director: "lb2")
        let withdrawn = [
            OrderWithdrawal(
                OrderSubject(realServer: "web4", service: "http", isWeight: true),
                stamp: OrderStamp(time: 1_800_000_000_456, director: "lb1"),
            )
        ]
        return OrderFile.Kept(orders: orders, withdrawn: withdrawn)
    }

    static func directory() throws -> String {
        var template = Array("/tmp/tandem-orders-XXXXXX".utf8CString)
        let isMade = mkdtemp(&template) != nil
        #expect(isMade)
        return String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    @Test func `what was written is read, by the wall clock`() throws {
        let directory = try Self.directory()
        let file = OrderFile(stateDirectory: directory)
        #expect(try file.load(at: Self.now, wallClock: Self.wallClock).isEmpty)
        try file.save(Self.kept, at: Self.now, wallClock: Self.wallClock)
        #expect(try file.load(at: Self.now, wallClock: Self.wallClock) == Self.kept)
        // After a reboot the other clock starts anew, and ten minutes have passed.
        let later = MonotonicInstant(nanoseconds: 0)
        let read = try file.load(at: later, wallClock: Self.wallClock + 600)
        #expect(read.orders.first?.expires == later + .seconds(3_000))
        #expect(read.orders.first?.deadline == later + .seconds(-300))
        try file.save(OrderFile.Kept(), at: Self.now, wallClock: Self.wallClock)
        #expect(try file.load(at: Self.now, wallClock: Self.wallClock).isEmpty)
        unlink(directory + "/orders.json")
        rmdir(directory)
    }

    @Test(arguments: [
        "", "{", "null", #"{"version":2,"orders":[]}"#, #"{"orders":[]}"#,
        #"{"version":1,"orders":[{"realServer":"","action":"drain","by":"","reason":"","since":1800000000}]}"#,
        #"{"version":1,"orders":[{"realServer":"a","action":"drop","by":"","reason":"","since":1800000000}]}"#,
        #"{"version":1,"orders":[{"realServer":"a","action":"weight","by":"","reason":"","since":1800000000}]}"#,
        #"{"version":1,"orders":[{"realServer":"a","action":"weight","weight":65536,"by":"","reason":"","since":0}]}"#,
        #"{"version":1,"orders":[{"realServer":"a","action":"drain","by":"","reason":"","since":-9223372036854775808}]}"#,
        #"{"version":1,"orders":[{"realServer":"a","action":"drain","by":"","reason":"","since":9223372036854775807}]}"#,
    ])
    func `a file that makes no sense is refused whole`(text: String) {
        #expect(throws: (any Error).self) {
            try OrderFile.decode(Array(text.utf8), at: Self.now, wallClock: Self.wallClock)
        }
    }

    @Test func `random files never trap`() throws {
        var generator = SeededGenerator(seed: 11)
        let text = Array(try OrderFile.text(Self.kept, at: Self.now, wallClock: Self.wallClock).utf8)
        for _ in 0..<2_000 {
            var bytes = text
            for _ in 0..<Int.random(in: 1...6, using: &generator) {
                let index = Int.random(in: 0..<bytes.count, using: &generator)
                switch Int.random(in: 0...2, using: &generator) {
                case 0: bytes[index] = UInt8.random(in: 0...255, using: &generator)
                case 1: bytes.remove(at: index)
                default: bytes.insert(UInt8.random(in: 48...57, using: &generator), at: index)
                }
            }
            _ = try? OrderFile.decode(bytes, at: Self.now, wallClock: Self.wallClock)
        }
    }
}
