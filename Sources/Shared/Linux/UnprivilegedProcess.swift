internal import CLinux
internal import Glibc
internal import Synchronization
package import SystemPackage

/// A program that runs without capabilities in a process group of its own, its output read through a pipe.
///
/// Whoever lets go of it kills the whole group; what is then not dead at once is reaped when the next one starts.
package final class UnprivilegedProcess {
    /// How a process ended.
    package enum End: Hashable, Sendable {
        /// By itself, with this status.
        case exited(Int)
        /// By a signal.
        case signalled
    }

    private let process: Int32
    private let handle: FileDescriptor
    private var output: Int32
    private var isReaped = false

    /// Killed processes that were not reaped yet; as many as were let go of since the last start.
    private static let dying = Mutex<[Int32]>([])

    /// Starts a program: its absolute path and its arguments.
    package init(_ arguments: [String]) throws(Errno) {
        Self.dying.withLock { processes in processes.removeAll { waitpid($0, nil, WNOHANG) != 0 } }
        var (reading, writing): (Int32, Int32) = (-1, -1)
        try SystemCall.run { unsafe tandem_pipe(&reading, &writing) }
        let write = FileDescriptor(consuming: writing)
        let taken = reading
        var isTaken = false
        defer { if !isTaken { close(taken) } }
        let words = arguments.map { Array($0.utf8) + [0] }.reduce([], +)
        let end = write.raw
        let process = try SystemCall.run {
            unsafe words.withUnsafeBytes {
                unsafe tandem_spawn_unprivileged($0.assumingMemoryBound(to: CChar.self).baseAddress, $0.count, end)
            }
        }
        do throws(Errno) {
            handle = FileDescriptor(consuming: try SystemCall.run { tandem_open_process(process) })
        } catch {
            kill(-process, SIGKILL)
            Self.dying.withLock { $0.append(process) }
            throw error
        }
        self.process = process
        output = taken
        isTaken = true
    }

    deinit {
        if output >= 0 { close(output) }
        guard !isReaped else { return }
        kill(-process, SIGKILL)
        let number = process
        // It dies at once unless the kernel holds it, and nobody shall wait for that here.
        if waitpid(number, nil, WNOHANG) == 0 { Self.dying.withLock { $0.append(number) } }
    }

    /// The descriptors to be polled for reading: the process's end, and its output.
    package var descriptors: [Int32] { output >= 0 ? [handle.raw, output] : [handle.raw] }

    /// Reads what was written, without waiting.
    ///
    /// At its end the output is closed, so that nobody polls it any more.
    package func readOutput() -> [UInt8] {
        guard output >= 0 else { return [] }
        var bytes = [UInt8](repeating: 0, count: 4_096)
        let count = unsafe bytes.withUnsafeMutableBytes { unsafe Glibc.read(output, $0.baseAddress, $0.count) }
        if count == 0 {
            close(output)
            output = -1
        }
        return Array(bytes.prefix(max(0, count)))
    }

    /// How the process ended; nothing while it runs.
    ///
    /// What it left running in its group is killed.
    package func reap() -> End? {
        guard !isReaped else { return nil }
        var status: Int32 = 0
        guard unsafe waitpid(process, &status, WNOHANG) == process else { return nil }
        isReaped = true
        kill(-process, SIGKILL)
        return status & 0x7f == 0 ? .exited(Int(status >> 8 & 0xff)) : .signalled
    }
}
