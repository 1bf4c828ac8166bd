/// Something that the agent found out about its node, with what it saw.
///
/// For `draining` and `maintenance`, `holds` means that the node is in that state.
package struct Fact: Hashable, Sendable {
    /// What it speaks of.
    package let kind: FactKind
    /// What it is true of.
    package let subject: FactSubject
    /// What was found.
    package let verdict: FactVerdict
    /// What was seen, at most `Limits.evidence` bytes of UTF-8 without control characters.
    package let evidence: String

    /// Makes a fact; the evidence is shortened and cleaned so that it can travel and be printed.
    package init(_ kind: FactKind, _ subject: FactSubject, _ verdict: FactVerdict, evidence: String) {
        self.kind = kind
        self.subject = subject
        self.verdict = verdict
        self.evidence = Limits.printable(evidence, bytes: Limits.evidence)
    }

    /// What tells two facts apart: one fact of each kind and subject exists at a time.
    package var identity: FactIdentity { FactIdentity(kind: kind, subject: subject) }
}

extension Fact: CustomStringConvertible {
    package var description: String { "\(identity) \(verdict): \(evidence)" }
}
