/// A story that the lab plays on the cluster, with what has to come of it.
struct Scenario: Sendable {
    /// Whose directors it is played with.
    enum Directors: Sendable {
        case tandem
        case keepalived
    }

    var name: String
    /// What happens, for a person.
    var summary: String
    var directors = Directors.tandem
    /// Whether it has figures that are worth repeating.
    var isRepeated = false
    var play: @Sendable (Cluster, inout Outcome) throws -> Void
}
