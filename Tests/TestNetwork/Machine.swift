internal import CLinux
internal import Linux
internal import SystemPackage

/// A machine beside the test's own: a network namespace, and a thread that does there what it is told.
package final class Machine: Sendable {
    private let orders: Mailbox<@Sendable () -> Void>
    private let done: Mailbox<Bool>
    /// The thread's number, which names the namespace to `ip link`.
    package let number: Int32

    /// Starts the thread in a new namespace whose loopback interface is up.
    package init() throws {
        let orders = try Mailbox<@Sendable () -> Void>(capacity: 16, whenFull: .refuse)
        let numbers = try Mailbox<Int32>(capacity: 1, whenFull: .refuse)
        self.orders = orders
        done = try Mailbox(capacity: 16, whenFull: .refuse)
        try LoopThread.start(name: "machine") {
            let isAlone = tandem_unshare_network() == 0
            numbers.post(isAlone ? Self.callingThread : 0)
            while isAlone, let order = Self.next(of: orders) { order() }
        }
        guard let number = Self.next(of: numbers), number > 0 else { throw Errno.noSuchProcess }
        self.number = number
        try command("ip link set lo up")
    }

    /// The number of the thread that asks, and so of its namespace.
    package static var callingThread: Int32 {
        // It is the first word of the thread's stat.
        let stat = try? SystemFile.read("/proc/thread-self/stat")
        return Int32(String(decoding: (stat ?? []).prefix { $0 != 0x20 }, as: UTF8.self)) ?? 0
    }

    private static func next<Message>(of mailbox: Mailbox<Message>) -> Message? {
        do {
            var reactor = try Reactor()
            try reactor.add(mailbox.descriptor, token: 0, interest: .read)
            while true {
                _ = try reactor.wait(until: nil)
                if let message = mailbox.drain().first { return message }
            }
        } catch {
            return nil
        }
    }

    /// Runs something on the machine and waits for its end.
    package func perform(_ body: @escaping @Sendable () throws -> Void) throws {
        let done = done
        let failures = try Mailbox<any Error>(capacity: 1, whenFull: .refuse)
        orders.post {
            do {
                try body()
            } catch {
                failures.post(error)
            }
            done.post(true)
        }
        guard Self.next(of: done) != nil else { throw Errno.noSuchProcess }
        if let failure = failures.drain().first { throw failure }
    }

    /// Runs a shell command on the machine.
    package func command(_ text: String) throws { try perform { try NetworkNamespace.command(text) } }
}
