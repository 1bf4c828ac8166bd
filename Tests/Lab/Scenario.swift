/// A story that the lab plays on the cluster, with what has to come of it.
struct Scenario: Sendable {
    /// Whose directors it is played with.
    enum Directors: Sendable {
        case tandem
        case keepalived
    }

    /// How often it is played when the lab is asked for so many repetitions.
    enum Repeats: Sendable {
        /// Once: it has nothing that scatters.
        case never
        /// Half as often, once at least.
        case half
        /// So often.
        case all

        /// The number of runs.
        func count(of asked: Int) -> Int {
            switch self {
            case .never: 1
            case .half: max(1, asked / 2)
            case .all: max(1, asked)
            }
        }
    }

    var name: String
    /// What happens, for a person.
    var summary: String
    var directors = Directors.tandem
    var repeats = Repeats.never
    var play: @Sendable (Cluster, inout Outcome) throws -> Void
}
