internal import AgentProtocol

/// A director's configuration as the other one has to know it: digests of what both must agree on.
package struct ConfigurationSummary: Hashable, Sendable {
    /// One top-level key of the file.
    package struct Section: Hashable, Sendable {
        /// The key.
        package let name: String
        /// The digest of what both directors must agree on below it.
        package let digest: UInt64

        /// Makes a section; the name is shortened to what may travel.
        package init(name: String, digest: UInt64) {
            self.name = Limits.printable(name, bytes: PeerLimits.name)
            self.digest = digest
        }
    }

    /// 1 for the settings of the start, one more for every reload.
    package var generation: UInt64
    /// When the settings came into force, in milliseconds since 1970 by the sender's clock.
    package var changedAt: UInt64
    /// The digest of everything that both directors must agree on.
    package var digest: UInt64
    /// The same for each key, sorted by name.
    package let sections: [Section]

    /// Makes a summary.
    package init(generation: UInt64, changedAt: UInt64, digest: UInt64, sections: [Section]) {
        precondition(sections.count <= PeerLimits.sections)
        self.generation = generation
        self.changedAt = changedAt
        self.digest = digest
        self.sections = sections.sorted { $0.name < $1.name }
    }

    /// The keys in which two configurations differ, sorted.
    package func differences(from other: ConfigurationSummary) -> [String] {
        let mine = Dictionary(sections.map { ($0.name, $0.digest) }) { first, _ in first }
        let theirs = Dictionary(other.sections.map { ($0.name, $0.digest) }) { first, _ in first }
        return Set(mine.keys).union(theirs.keys).filter { mine[$0] != theirs[$0] }.sorted()
    }
}
