/// Something that one of the director's own threads was refused or lost.
struct Trouble: Hashable, Sendable, CustomStringConvertible {
    /// What it is about; there is at most one trouble of a subject.
    var subject: String
    /// What is wrong.
    var text: String

    var description: String { "\(subject): \(text)" }
}
