/// What tells two facts of a node apart.
package struct FactIdentity: Hashable, Comparable, Sendable {
    /// What the fact speaks of.
    package var kind: FactKind
    /// What it is true of.
    package var subject: FactSubject

    /// Makes the identity of a fact.
    package init(kind: FactKind, subject: FactSubject) {
        self.kind = kind
        self.subject = subject
    }

    package static func < (left: FactIdentity, right: FactIdentity) -> Bool {
        left.subject == right.subject ? left.kind < right.kind : left.subject < right.subject
    }
}

extension FactIdentity: CustomStringConvertible {
    package var description: String { "\(kind) of \(subject)" }
}
