package import SystemPackage

/// What a loop thread asked of the scheduler and the memory, and did not get.
package struct LoopThreadNotes: Hashable, Sendable {
    /// Whether real time was asked for.
    package var wantsRealTime = false
    /// Why the thread is not scheduled in real time, if it wanted to be.
    package var realTimeRefusal: Errno?
    /// Why memory is not locked, if the thread wanted it to be.
    package var memoryLockRefusal: Errno?
}
