import CLinux
import Glibc
import Linux
import Primitives
import SystemPackage
import Testing

@Suite struct ReactorTests {
    @Test func `wakes at its deadline and not before`() throws {
        var reactor = try Reactor()
        for milliseconds in [1, 5, 20] {
            let deadline = Clock.now + .milliseconds(Int64(milliseconds))
            #expect(try reactor.wait(until: deadline).isEmpty)
            #expect(Clock.now >= deadline)
            #expect(Clock.now - deadline < .seconds(2))
        }
    }

    @Test func `does not wait for a deadline that has passed`() throws {
        var reactor = try Reactor()
        #expect(try reactor.wait(until: Clock.now + .seconds(-1)).isEmpty)
        #expect(try reactor.wait(until: MonotonicInstant(nanoseconds: 0)).isEmpty)
    }

    @Test func `a later deadline replaces an earlier one`() throws {
        var reactor = try Reactor()
        let event = try EventDescriptor()
        try reactor.add(event.raw, token: 3, interest: .read)
        event.raise()
        #expect(try reactor.wait(until: Clock.now + .milliseconds(5)).map(\.token) == [3])
        event.clear()
        let later = Clock.now + .milliseconds(30)
        #expect(try reactor.wait(until: later).isEmpty)
        #expect(Clock.now >= later, "the timer of 5 ms was disarmed")
    }

    @Test func `tells reading from writing and failing`() throws {
        var ends: [Int32] = [0, 0]
        try SystemCall.run { socketpair(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0, &ends) }
        let near = Linux.FileDescriptor(consuming: ends[0])
        let far = Linux.FileDescriptor(consuming: ends[1])
        var reactor = try Reactor()
        try reactor.add(near.raw, token: 1, interest: [.read, .write])
        let first = try reactor.wait(until: nil)
        #expect(first.count == 1 && first[0].isWritable && !first[0].isReadable && !first[0].hasFailed)
        try reactor.change(near.raw, token: 2, interest: .read)
        try far.close()
        let second = try reactor.wait(until: nil)
        #expect(second.count == 1 && second[0].token == 2 && second[0].isReadable && second[0].hasFailed)
        try reactor.remove(near.raw)
        #expect(try reactor.wait(until: Clock.now).isEmpty)
    }

    @Test func `throws what the kernel says`() throws {
        var reactor = try Reactor()
        let event = try EventDescriptor()
        try reactor.add(event.raw, token: 1, interest: .read)
        var failure: Errno?
        do {
            try reactor.add(event.raw, token: 1, interest: .read)
        } catch {
            failure = error
        }
        #expect(failure == .fileExists)
    }
}
