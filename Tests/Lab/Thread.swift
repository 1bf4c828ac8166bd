import Glibc

/// A POSIX thread that runs a body to its end.
struct Thread: Sendable {
    private final class Box: Sendable {
        let body: @Sendable () -> Void

        init(_ body: @escaping @Sendable () -> Void) {
            self.body = body
        }
    }

    private let handle: pthread_t

    /// Starts a thread.
    init(_ body: @escaping @Sendable () -> Void) throws {
        var handle = pthread_t()
        let box = Unmanaged.passRetained(Box(body))
        let failure = pthread_create(&handle, nil, Thread.run, box.toOpaque())
        guard failure == 0 else {
            box.release()
            throw LabError("pthread_create: \(systemError(failure))")
        }
        self.handle = handle
    }

    /// Waits for the end of the body.
    func join() {
        pthread_join(handle, nil)
    }

    // A nonisolated function: a closure formed at top level would belong to the main actor and trap on another thread.
    private static let run: @convention(c) (UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? = {
        argument in
        guard let argument else { return nil }
        Unmanaged<Box>.fromOpaque(argument).takeRetainedValue().body()
        return nil
    }
}
