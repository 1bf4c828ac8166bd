/// What epoll reported of one descriptor.
package struct Readiness: Hashable, Sendable {
    /// The token given when the descriptor was added.
    package var token: UInt64
    /// Whether reading would not block; the peer's end counts.
    package var isReadable: Bool
    /// Whether writing would not block.
    package var isWritable: Bool
    /// Whether an error or a hang-up is pending (`EPOLLERR`, `EPOLLHUP`).
    package var hasFailed: Bool
}
