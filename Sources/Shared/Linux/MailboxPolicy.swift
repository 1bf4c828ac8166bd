/// What a full mailbox does with one message more.
package enum MailboxPolicy: Hashable, Sendable {
    /// The new message is refused.
    case refuse
    /// The oldest message is dropped.
    case dropOldest
}
