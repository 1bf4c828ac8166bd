internal import CLinux
internal import Glibc
package import Primitives
package import SystemPackage

/// A nonblocking timerfd on the monotonic clock.
package struct TimerDescriptor: ~Copyable, Sendable {
    private let descriptor: FileDescriptor

    /// Opens a timer that is not armed.
    package init() throws(Errno) {
        descriptor = FileDescriptor(
            consuming: try SystemCall.run {
                timerfd_create(CLOCK_MONOTONIC, Int32(TFD_NONBLOCK | TFD_CLOEXEC))
            }
        )
    }

    /// The descriptor's number, readable once the timer has run out.
    package var raw: Int32 { descriptor.raw }

    /// Arms the timer for an instant, or disarms it; either makes the descriptor unreadable until then.
    package borrowing func arm(_ deadline: MonotonicInstant?) throws(Errno) {
        var setting = itimerspec()
        if let deadline {
            // An all-zero time would disarm, so the earliest instant is one nanosecond.
            let nanoseconds = max(1, deadline.nanoseconds)
            setting.it_value.tv_sec = time_t(nanoseconds / 1_000_000_000)
            setting.it_value.tv_nsec = Int(nanoseconds % 1_000_000_000)
        }
        let descriptor = descriptor.raw
        try SystemCall.run { unsafe timerfd_settime(descriptor, Int32(TFD_TIMER_ABSTIME), &setting, nil) }
    }
}
