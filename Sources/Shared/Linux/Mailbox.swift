internal import Synchronization
package import SystemPackage

/// A bounded queue of values between threads: many post, one drains, and an eventfd wakes its loop.
package final class Mailbox<Message: Sendable>: Sendable {
    private struct Contents {
        var messages: [Message] = []
        /// Whether the descriptor is readable, or a producer is about to make it so.
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
    ///
    /// The consumer is woken after the lock is given back: it may take this thread's processor at once, and would then
    /// wait for the very thread that it has displaced.
    @discardableResult
    package func post(_ message: Message) -> Bool {
        let (isTaken, raises) = contents.withLock { contents in
            if contents.messages.count >= capacity {
                contents.dropped += 1
                guard policy == .dropOldest else { return (false, false) }
                contents.messages.removeFirst()
            }
            contents.messages.append(message)
            defer { contents.isRaised = true }
            return (true, !contents.isRaised)
        }
        if raises { event.raise() }
        return isTaken
    }

    /// Takes messages out, oldest first: all of them, or so many that the consumer soon turns to other things.
    ///
    /// While some are left the descriptor stays readable.
    package func drain(atMost limit: Int = .max) -> [Message] {
        contents.withLock { contents in
            guard contents.isRaised else { return [] }
            if contents.messages.count > limit {
                let first = Array(contents.messages.prefix(limit))
                contents.messages.removeFirst(limit)
                return first
            }
            // Where there is nothing to clear yet, the producer is still on its way to raise it; when it does, the
            // consumer comes once more, perhaps in vain.
            if event.clear() { contents.isRaised = false }
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
