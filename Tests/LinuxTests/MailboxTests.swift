import Linux
import Primitives
import Testing

@Suite struct MailboxTests {
    @Test func `hands over messages in order and wakes the loop once`() throws {
        let mailbox = try Mailbox<Int>(capacity: 8, whenFull: .refuse)
        var reactor = try Reactor()
        try reactor.add(mailbox.descriptor, token: 7, interest: .read)
        for number in 1...3 { #expect(mailbox.post(number)) }
        let ready = try reactor.wait(until: Clock.now + .seconds(5))
        #expect(ready.map(\.token) == [7])
        #expect(ready.first?.isReadable == true)
        #expect(mailbox.drain() == [1, 2, 3])
        #expect(try reactor.wait(until: Clock.now).isEmpty)
    }

    @Test func `refuses what exceeds its capacity and counts it`() throws {
        let mailbox = try Mailbox<Int>(capacity: 2, whenFull: .refuse)
        #expect([1, 2, 3].map { mailbox.post($0) } == [true, true, false])
        #expect(mailbox.dropped == 1)
        #expect(mailbox.drain() == [1, 2])
        #expect(mailbox.post(4))
    }

    @Test func `drops the oldest where that is the rule`() throws {
        let mailbox = try Mailbox<Int>(capacity: 2, whenFull: .dropOldest)
        for number in 1...4 { #expect(mailbox.post(number)) }
        #expect(mailbox.dropped == 2)
        #expect(mailbox.drain() == [3, 4])
    }

    @Test func `loses nothing between many producers and one consumer`() throws {
        let producers = 4
        let each = 5_000
        let mailbox = try Mailbox<Int>(capacity: producers * each, whenFull: .refuse)
        for producer in 0..<producers {
            try LoopThread.start(name: "producer") {
                for number in 0..<each { mailbox.post(producer * each + number) }
            }
        }
        var reactor = try Reactor()
        try reactor.add(mailbox.descriptor, token: 1, interest: .read)
        var received: [Int] = []
        let deadline = Clock.now + .seconds(30)
        while received.count < producers * each, Clock.now < deadline {
            _ = try reactor.wait(until: deadline)
            received += mailbox.drain()
        }
        #expect(received.sorted() == Array(0..<producers * each))
        // A producer may still be about to wake the consumer for what that has taken already; after that it is quiet.
        while try !reactor.wait(until: Clock.now + .milliseconds(200)).isEmpty { #expect(mailbox.drain() == []) }
        #expect(mailbox.post(0))
        #expect(try reactor.wait(until: Clock.now + .seconds(5)).map(\.token) == [1])
        #expect(mailbox.drain() == [0])
        #expect(try reactor.wait(until: Clock.now).isEmpty)
        for producer in 0..<producers {
            let own = received.filter { $0 / each == producer }
            #expect(own == own.sorted(), "one producer's messages keep their order")
        }
    }

    @Test func `hands over so many at a time, and wakes the loop for the rest`() throws {
        let mailbox = try Mailbox<Int>(capacity: 8, whenFull: .refuse)
        var reactor = try Reactor()
        try reactor.add(mailbox.descriptor, token: 7, interest: .read)
        for number in 1...5 { mailbox.post(number) }
        #expect(mailbox.drain(atMost: 2) == [1, 2])
        #expect(try reactor.wait(until: Clock.now).map(\.token) == [7])
        #expect(mailbox.drain(atMost: 2) == [3, 4])
        #expect(try reactor.wait(until: Clock.now).map(\.token) == [7])
        #expect(mailbox.drain(atMost: 2) == [5])
        #expect(try reactor.wait(until: Clock.now).isEmpty)
    }
}
