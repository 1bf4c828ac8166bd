internal import Synchronization
package import SystemPackage

/// A bounded queue of values between threads: many post, one drains, and an eventfd wakes its loop.
package final class Mailbox<Message: Sendable>: Sendable {
    private struct Contents {
        var messages: [Message] = []
        /// Whether the descriptor is readable; raised and cleared under the lock, so that it never lies.
        var isRaised = false
        var dropped: UInt64 = 0
    }

    private let contents: Mutex<Contents>
    private let event: EventDescriptor
    private let capacity: Int
    private let policy: MailboxPolicy

    /// Makes a mailbox of so many messages.
    package init(capacity: Int, whenFull policy: MailboxPolicy) throws(Errno) {
        precondition(capacity > 0, "a mailbox holds at least one message")
        contents = Mutex(Contents())
        event = try EventDescriptor()
        self.capacity = capacity
        self.policy = policy
    }

    /// Puts a message in and wakes the consumer, without ever blocking; false if the message was refused.
    @discardableResult
    package func post(_ message: Message) -> Bool {
        contents.withLock { contents in
            if contents.messages.count >= capacity {
                contents.dropped += 1
                guard policy == .dropOldest else { return false }
                contents.messages.removeFirst()
            }
            contents.messages.append(message)
            if !contents.isRaised {
                contents.isRaised = true
                event.raise()
            }
            return true
        }
    }

    /// Takes all messages out, oldest first.
    package func drain() -> [Message] {
        contents.withLock { contents in
            guard contents.isRaised else { return [] }
            contents.isRaised = false
            event.clear()
            let messages = contents.messages
            contents.messages.removeAll(keepingCapacity: false)
            return messages
        }
    }

    /// The descriptor that is readable while messages wait.
    package var descriptor: Int32 { event.raw }

    /// How many messages were refused or dropped so far.
    package var dropped: UInt64 { contents.withLock { $0.dropped } }

    /// How many messages wait.
    package var count: Int { contents.withLock { $0.messages.count } }
}
