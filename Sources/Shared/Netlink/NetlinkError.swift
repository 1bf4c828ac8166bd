package import SystemPackage

/// A netlink operation that the kernel refused.
package struct NetlinkError: Error, Hashable, Sendable {
    /// What was tried, in the words of `ip` or `ipvsadm`.
    package var operation: String
    /// The kernel's answer.
    package var code: Errno
    /// What it was tried on.
    package var subject: String
    /// The kernel's own explanation, if it gave one.
    package var detail: String?

    /// Makes an error.
    package init(operation: String, code: Errno, subject: String = "", detail: String? = nil) {
        self.operation = operation
        self.code = code
        self.subject = subject
        self.detail = detail
    }
}

extension NetlinkError: CustomStringConvertible {
    package var description: String {
        let target = subject.isEmpty ? "" : " \(subject)"
        let explanation = detail.map { " (\($0))" } ?? ""
        return "\(operation)\(target): \(code)\(explanation)"
    }
}
