import CLab
import Glibc

/// Real-time scheduling of the lab's own witnesses.
enum RealTime {
    /// Puts the calling thread ahead of everything of lower real-time priority, where the limits allow.
    @discardableResult
    static func enter(priority: Int32) -> Bool {
        var parameter = sched_param()
        parameter.sched_priority = priority
        return pthread_setschedparam(pthread_self(), SCHED_FIFO, &parameter) == 0
    }

    /// Keeps the calling thread on one processor.
    static func stay(on processor: Int) -> Bool {
        clab_stay_on(Int32(processor)) == 0
    }
}
