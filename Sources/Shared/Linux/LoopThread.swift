internal import CLinux
internal import Glibc
internal import Synchronization
package import SystemPackage

/// Threads that run one epoll loop each.
package enum LoopThread {
    /// What the new thread takes with it, and where it leaves its notes.
    private final class Start: Sendable {
        let name: String
        let realTimePriority: Int32?
        let body: @Sendable () -> Void
        let notes = Mutex<LoopThreadNotes?>(nil)
        let ready: FileDescriptor

        init(name: String, realTimePriority: Int32?, body: @escaping @Sendable () -> Void) throws(Errno) {
            self.name = name
            self.realTimePriority = realTimePriority
            self.body = body
            ready = FileDescriptor(consuming: try SystemCall.run { eventfd(0, Int32(EFD_CLOEXEC)) })
        }

        func run() {
            unsafe name.withCString { unsafe tandem_name_thread($0) }
            var found = LoopThreadNotes()
            if let realTimePriority {
                found.wantsRealTime = true
                let scheduled = tandem_real_time(realTimePriority)
                if scheduled != 0 { found.realTimeRefusal = Errno(rawValue: scheduled) }
                let locked = tandem_lock_memory()
                if locked != 0 { found.memoryLockRefusal = Errno(rawValue: locked) }
                tandem_prefault_stack()
            }
            notes.withLock { $0 = found }
            unsafe withUnsafeBytes(of: UInt64(1)) { _ = unsafe write(ready.raw, $0.baseAddress, 8) }
            body()
        }
    }

    /// Starts a detached thread that runs the body; with a priority it asks for SCHED_RR and locked memory.
    ///
    /// Returns once the thread is set up, with what it was refused.
    @discardableResult
    package static func start(
        name: String,
        realTimePriority: Int32? = nil,
        body: @escaping @Sendable () -> Void,
    ) throws(Errno) -> LoopThreadNotes {
        let start = try Start(name: name, realTimePriority: realTimePriority, body: body)
        var thread = pthread_t()
        let passed = unsafe Unmanaged.passRetained(start)
        let code = unsafe pthread_create(&thread, nil, entry, passed.toOpaque())
        guard code == 0 else {
            unsafe passed.release()
            throw Errno(rawValue: code)
        }
        _ = pthread_detach(thread)
        var count: UInt64 = 0
        let ready = start.ready.raw
        try SystemCall.run { unsafe withUnsafeMutableBytes(of: &count) { unsafe read(ready, $0.baseAddress, 8) } }
        return start.notes.withLock { $0 } ?? LoopThreadNotes()
    }

    private static let entry: @convention(c) (UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? = { pointer in
        guard let pointer = unsafe pointer else { return nil }
        unsafe Unmanaged<Start>.fromOpaque(pointer).takeRetainedValue().run()
        return nil
    }
}
