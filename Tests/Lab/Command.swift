import CLab
import Glibc

/// Runs a program to its end and gives what it wrote.
enum Command {
    /// The text and status of a program run in the calling thread's namespace.
    static func output(
        _ arguments: [String],
        environment: [String: String] = [:],
    ) throws -> (text: String, status: Int32) {
        let log = "/run/tandem-lab/command.\(getpid()).\(pthread_self())"
        unlink(log)
        defer { unlink(log) }
        let pid = try spawn(arguments, environment: environment, log: log)
        var status: Int32 = 0
        while waitpid(pid, &status, 0) < 0 {
            guard errno == EINTR else { throw LabError("waitpid: \(systemError())") }
        }
        return (File.read(log) ?? "", exitCode(status))
    }

    /// Runs a program that must succeed.
    @discardableResult
    static func run(_ arguments: String...) throws -> String {
        try run(arguments)
    }

    /// Runs a program that must succeed.
    @discardableResult
    static func run(_ arguments: [String]) throws -> String {
        let result = try output(arguments)
        guard result.status == 0 else {
            throw LabError("\(arguments.joined(separator: " ")): status \(result.status): \(result.text)")
        }
        return result.text
    }

    /// Starts a program in a session of its own.
    static func spawn(
        _ arguments: [String],
        environment: [String: String] = [:],
        log: String,
        directory: String = "/",
    ) throws -> pid_t {
        var variables = [
            "PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "LANG": "C.UTF-8",
        ]
        variables.merge(environment) { $1 }
        var words = arguments.map { strdup($0) } + [nil]
        var settings = variables.map { strdup("\($0.key)=\($0.value)") } + [nil]
        defer {
            for word in words + settings { free(word) }
        }
        let pid = clab_spawn(&words, &settings, log, directory)
        guard pid > 0 else { throw LabError("starting \(arguments[0]): \(systemError())") }
        return pid
    }

    /// The exit code in a wait status, 128 and the signal's number for a process that was killed.
    static func exitCode(_ status: Int32) -> Int32 {
        status & 0x7f == 0 ? (status >> 8) & 0xff : 128 + (status & 0x7f)
    }
}
