import CLab
import Glibc
import Primitives

/// A program that runs on a host of the lab, with its whole process group.
final class ChildProcess {
    let name: String
    let pid: pid_t
    let log: String
    private(set) var exitStatus: Int32?
    private let notifications: Int32
    private let notificationPath: String

    nonisolated(unsafe) private static var started = 0

    /// Starts a program in a host's namespace, as systemd would a unit of `Type=notify`.
    init(
        _ name: String,
        _ arguments: [String],
        in namespace: NetworkNamespace,
        environment: [String: String] = [:],
        directory: String,
    ) throws {
        self.name = name
        ChildProcess.started += 1
        log = "\(directory)/\(name).log"
        notificationPath = "/run/tandem-lab/notify.\(ChildProcess.started)"
        unlink(notificationPath)
        notifications = clab_open_notification(notificationPath)
        guard notifications >= 0 else { throw LabError("notification socket: \(systemError())") }
        let settings = environment.merging(["NOTIFY_SOCKET": notificationPath]) { given, _ in given }
        let log = log
        pid = try namespace.perform {
            try Command.spawn(arguments, environment: settings, log: log, directory: directory)
        }
    }

    deinit {
        close(notifications)
        unlink(notificationPath)
    }

    /// Waits for READY=1, which must come before the process's end and the limit.
    func awaitReady(_ limit: Interval) throws {
        var buffer = [UInt8](repeating: 0, count: 4096)
        let isReady = try wait(limit) {
            let count = recv(notifications, &buffer, buffer.count, 0)
            if count > 0,
                String(decoding: buffer[..<count], as: UTF8.self).split(separator: "\n").contains("READY=1")
            {
                return true
            }
            guard isRunning else {
                throw LabError(
                    "\(name) ended with status \(exitStatus ?? -1) before it was ready:\n\(lastLines())"
                )
            }
            return false
        }
        guard isReady else { throw LabError("\(name) was not ready within \(limit):\n\(lastLines())") }
    }

    /// Takes what the program has told so far out of the way, before something that it will tell the end of.
    func forgetNotifications() {
        var buffer = [UInt8](repeating: 0, count: 4096)
        while recv(notifications, &buffer, buffer.count, 0) > 0 {}
    }

    /// Whether the process has not ended, which this also reaps.
    var isRunning: Bool {
        guard exitStatus == nil else { return false }
        var status: Int32 = 0
        if waitpid(pid, &status, WNOHANG) == pid { exitStatus = Command.exitCode(status) }
        return exitStatus == nil
    }

    /// Sends a signal to the main process alone.
    func signal(_ number: Int32) {
        guard isRunning else { return }
        kill(pid, number)
    }

    /// Sends a signal to the whole process group.
    func signalGroup(_ number: Int32) {
        kill(-pid, number)
    }

    /// Kills the whole process group with SIGKILL, without waiting for its end.
    func killGroup() {
        kill(-pid, SIGKILL)
    }

    /// Waits for the end of the main process.
    @discardableResult
    func awaitExit(_ limit: Interval) -> Int32? {
        wait(limit) { isRunning ? nil : exitStatus }
    }

    /// What each thread of the process does, for one that hangs: name, state, system call and kernel stack.
    func threads() -> String {
        let tasks = (try? Command.run("ls", "/proc/\(pid)/task")) ?? ""
        return tasks.split(separator: "\n").map { task in
            let files = ["comm", "syscall", "wchan", "stack"].map { File.read("/proc/\(pid)/task/\(task)/\($0)") ?? "" }
            return files.map { $0.split(separator: "\n").joined(separator: "; ") }.joined(separator: " | ")
        }.joined(separator: "\n")
    }

    /// The last lines of what the program wrote.
    func lastLines(_ count: Int = 30) -> String {
        (File.read(log) ?? "").split(separator: "\n").suffix(count).joined(separator: "\n")
    }
}
