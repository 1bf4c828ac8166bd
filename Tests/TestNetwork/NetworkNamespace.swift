internal import CLinux
internal import Glibc
internal import Linux
internal import SystemPackage

/// A private network namespace for one test, on a thread of its own.
package enum NetworkNamespace {
    package struct CommandFailed: Error {
        package var command: String
    }

    /// Runs the body in a new namespace whose loopback interface is up.
    package static func run<Value: Sendable>(_ body: @escaping @Sendable () throws -> Value) throws -> Value {
        let results = try Mailbox<Result<Value, any Error>>(capacity: 1, whenFull: .refuse)
        try LoopThread.start(name: "namespace") {
            results.post(
                Result {
                    try SystemCall.run { tandem_unshare_network() }
                    try command("ip link set lo up")
                    return try body()
                }
            )
        }
        var reactor = try Reactor()
        try reactor.add(results.descriptor, token: 0, interest: .read)
        while true {
            _ = try reactor.wait(until: nil)
            if let result = results.drain().first { return try result.get() }
        }
    }

    /// Runs a shell command in the calling thread's namespace.
    package static func command(_ text: String) throws {
        guard system(text) == 0 else { throw CommandFailed(command: text) }
    }
}
