/// An operator's wish that the other director takes over.
package struct FailoverRequest: Hashable, Sendable {
    /// What the answer names.
    package var token: UInt64
    /// One virtual router, or all that one of the directors holds.
    package var router: String?
    /// Whether the successor shall take over though it is not ready.
    package var isForced: Bool

    /// Makes a request.
    package init(token: UInt64, router: String? = nil, isForced: Bool = false) {
        self.token = token
        self.router = router
        self.isForced = isForced
    }
}
