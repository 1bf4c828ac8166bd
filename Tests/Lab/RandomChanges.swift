import Glibc
import Primitives

/// Drains, undrains, weights and reloads of a running cluster, drawn from a seed so that one real server always serves.
struct RandomChanges {
    let seed: UInt64
    private let cluster: Cluster
    private var generator: SeededGenerator
    private var drained: Set<String> = []
    private var configured: Set<String>
    /// What was done and when it was begun.
    private var log: [(at: MonotonicInstant, text: String)] = []

    /// Draws from `TANDEM_LAB_SEED`, or from the time.
    init(_ cluster: Cluster) {
        self.cluster = cluster
        let given = getenv("TANDEM_LAB_SEED").flatMap { UInt64(String(cString: $0)) }
        seed = given ?? UInt64(truncatingIfNeeded: now().nanoseconds) % 1_000_000
        generator = SeededGenerator(seed: seed)
        configured = Set(cluster.realServers.map(\.name))
    }

    /// How long to rest until the next one.
    mutating func pause() -> Interval { .milliseconds(Int64.random(in: 0...150, using: &generator)) }

    /// The changes that were begun shortly before an instant.
    func before(_ instant: MonotonicInstant) -> String {
        log.filter { $0.at <= instant }.suffix(2).map { "\($0.text) \(instant - $0.at) before" }.joined(separator: ", ")
    }

    /// Does one of them, on one of the directors.
    mutating func makeOne() throws {
        let candidates = configured.sorted()
        let node = candidates[Int.random(in: 0..<candidates.count, using: &generator)]
        let held = drained.intersection(configured).sorted()
        switch Int.random(in: 0..<8, using: &generator) {
        case 0...2 where !drained.contains(node) && serving(without: node) > 0:
            drained.insert(node)
            try order("drain", node)
        case 0...3 where !held.isEmpty:
            let chosen = held[Int.random(in: 0..<held.count, using: &generator)]
            drained.remove(chosen)
            try order("undrain", chosen)
        case 0...5:
            let weight = ["1", "2", "5", "default"][Int.random(in: 0..<4, using: &generator)]
            try order("weight", node, weight)
        default:
            try reload(["", "persistence", "pair"][Int.random(in: 0..<3, using: &generator)])
        }
    }

    /// Ends all of it.
    mutating func undo() throws {
        try reload("")
        for node in cluster.realServers.map(\.name) {
            if drained.contains(node) { try order("undrain", node) }
            try order("weight", node, "default")
        }
        drained = []
    }

    private func serving(without node: String) -> Int {
        configured.subtracting(drained).subtracting([node]).count
    }

    private mutating func order(_ words: String...) throws {
        let director = cluster.directors[Int.random(in: 0..<cluster.directors.count, using: &generator)]
        log.append((now(), "\(words.joined(separator: " ")) on \(director.name)"))
        let arguments = [cluster.programs.director] + words + ["--config", "\(director.directory)/director.yaml"]
        let answer = try director.namespace.perform { try Command.output(arguments) }
        guard answer.status == 0 else { throw LabError("\(words): status \(answer.status): \(answer.text)") }
    }

    // Both files change, as an administrator's tool has it; one director reads its own first.
    private mutating func reload(_ service: String) throws {
        let names = cluster.realServers.map(\.name)
        let next = Set(service == "pair" ? names.dropLast() : names[...])
        // Somebody has to be left who serves.
        let service = next.isSubset(of: drained) ? "" : service
        configured = service == "pair" ? next : Set(names)
        log.append((now(), "reload \(service.isEmpty ? "as it was" : service)"))
        try cluster.reload(service)
    }
}
