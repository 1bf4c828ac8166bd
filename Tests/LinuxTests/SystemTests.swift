import Glibc
import Linux
import Primitives
import Synchronization
import SystemPackage
import TestNetwork
import Testing

@Suite struct SystemTests {
    @Test func `writes and reads kernel parameters`() throws {
        let (before, after, names) = try NetworkNamespace.run {
            let path = "net/ipv4/conf/all/arp_ignore"
            let before = try Sysctl.read(path)
            try Sysctl.write(path, "1")
            return (before, try Sysctl.read(path), try Sysctl.interfaces())
        }
        #expect(before == "0")
        #expect(after == "1")
        #expect(names == ["all", "default", "lo"])
        #expect(throws: Errno.noSuchFileOrDirectory) { try Sysctl.read("net/ipv4/nosuch") }
    }

    @Test func `reads signals from a descriptor`() throws {
        let signals = try NetworkNamespace.run {
            let source = try SignalSource(signals: [SIGUSR1, SIGUSR2])
            let none = try source.read()
            pthread_kill(pthread_self(), SIGUSR2)
            pthread_kill(pthread_self(), SIGUSR1)
            return (none, try source.read().sorted())
        }
        #expect(signals.0.isEmpty)
        #expect(signals.1 == [SIGUSR1, SIGUSR2])
    }

    @Test func `a loop thread says what it was refused`() throws {
        let notes = try LoopThread.start(name: "plain") {}
        #expect(!notes.wantsRealTime && notes.realTimeRefusal == nil && notes.memoryLockRefusal == nil)
        let done = try Mailbox<Int32>(capacity: 1, whenFull: .refuse)
        let urgent = try LoopThread.start(name: "urgent", realTimePriority: 1) {
            done.post(sched_getscheduler(0) & 0xff)
        }
        var reactor = try Reactor()
        try reactor.add(done.descriptor, token: 0, interest: .read)
        _ = try reactor.wait(until: Clock.now + .seconds(5))
        let policy = try #require(done.drain().first)
        #expect(urgent.wantsRealTime)
        #expect((policy == SCHED_RR) == (urgent.realTimeRefusal == nil))
    }

    @Test func `closing says what the kernel thought`() throws {
        var ends: [Int32] = [0, 0]
        try SystemCall.run { pipe(&ends) }
        let reading = Linux.FileDescriptor(consuming: ends[0])
        let writing = Linux.FileDescriptor(consuming: ends[1])
        try writing.close()
        let raw = reading.raw
        var byte: UInt8 = 0
        #expect(try SystemCall.run { read(raw, &byte, 1) } == 0, "the other end is closed")
    }
}
