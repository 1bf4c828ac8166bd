internal import CLinux
internal import Glibc
package import Primitives
package import SystemPackage

/// An epoll set with one timer of nanosecond deadlines.
package struct Reactor: ~Copyable {
    private let descriptor: FileDescriptor
    private let timer: TimerDescriptor
    private var armed: MonotonicInstant?

    /// The token of the reactor's own timer.
    private static let timerToken = UInt64.max

    /// Opens an empty set.
    package init() throws(Errno) {
        let opened = FileDescriptor(consuming: try SystemCall.run { epoll_create1(Int32(EPOLL_CLOEXEC)) })
        let timer = try TimerDescriptor()
        try Self.watch(timer.raw, in: opened.raw)
        descriptor = opened
        self.timer = timer
    }

    /// Watches a descriptor; the token comes back with its readiness.
    package mutating func add(_ descriptor: Int32, token: UInt64, interest: Interest) throws(Errno) {
        precondition(token != Self.timerToken, "this token is the timer's")
        try Self.control(self.descriptor.raw, EPOLL_CTL_ADD, descriptor, token, interest)
    }

    /// Changes what a watched descriptor is watched for.
    package mutating func change(_ descriptor: Int32, token: UInt64, interest: Interest) throws(Errno) {
        precondition(token != Self.timerToken, "this token is the timer's")
        try Self.control(self.descriptor.raw, EPOLL_CTL_MOD, descriptor, token, interest)
    }

    /// Stops watching a descriptor, which has to be open still.
    package mutating func remove(_ descriptor: Int32) throws(Errno) {
        try Self.control(self.descriptor.raw, EPOLL_CTL_DEL, descriptor, 0, [])
    }

    // Edge-triggered: an expiry is told once and needs neither a read nor a disarming system call.
    private static func watch(_ timer: Int32, in set: Int32) throws(Errno) {
        var event = unsafe epoll_event()
        unsafe event.events = EPOLLIN.rawValue | EPOLLET.rawValue
        unsafe event.data.u64 = timerToken
        try SystemCall.run { unsafe epoll_ctl(set, EPOLL_CTL_ADD, timer, &event) }
    }

    private static func control(
        _ set: Int32,
        _ operation: Int32,
        _ target: Int32,
        _ token: UInt64,
        _ interest: Interest
    ) throws(Errno) {
        var event = unsafe epoll_event()
        if interest.contains(.read) { unsafe event.events |= EPOLLIN.rawValue | EPOLLRDHUP.rawValue }
        if interest.contains(.write) { unsafe event.events |= EPOLLOUT.rawValue }
        if interest.contains(.once) { unsafe event.events |= EPOLLONESHOT.rawValue }
        unsafe event.data.u64 = token
        try SystemCall.run { unsafe epoll_ctl(set, operation, target, &event) }
    }

    /// Waits for readiness until a deadline, or without end; empty when the deadline has come first.
    package mutating func wait(until deadline: MonotonicInstant?) throws(Errno) -> [Readiness] {
        var timeout: Int32 = -1
        if let deadline, deadline <= Clock.now {
            timeout = 0
        } else if deadline != armed {
            try timer.arm(deadline)
            armed = deadline
        }
        let set = descriptor.raw
        var failure: Int32 = 0
        // A fixed number of events a turn, on the stack; what does not fit comes the next time.
        let (ready, hasTimerFired) = unsafe withUnsafeTemporaryAllocation(of: epoll_event.self, capacity: 64) {
            events in
            let count = unsafe epoll_wait(set, events.baseAddress, Int32(events.count), timeout)
            if count == -1 { failure = errno }
            return unsafe Self.readiness(UnsafeBufferPointer(rebasing: events.prefix(Int(max(0, count)))))
        }
        if failure != 0, failure != EINTR { throw Errno(rawValue: failure) }
        if hasTimerFired { armed = nil }
        return ready
    }

    private static func readiness(_ events: UnsafeBufferPointer<epoll_event>) -> ([Readiness], hasTimerFired: Bool) {
        var ready: [Readiness] = []
        ready.reserveCapacity(events.count)
        var hasTimerFired = false
        for index in events.indices {
            let flags = unsafe events[index].events
            let token = unsafe events[index].data.u64
            if token == timerToken {
                hasTimerFired = true
                continue
            }
            ready.append(
                Readiness(
                    token: token,
                    isReadable: flags & (EPOLLIN.rawValue | EPOLLRDHUP.rawValue) != 0,
                    isWritable: flags & EPOLLOUT.rawValue != 0,
                    hasFailed: flags & (EPOLLERR.rawValue | EPOLLHUP.rawValue) != 0,
                )
            )
        }
        return (ready, hasTimerFired)
    }
}
