package import Primitives

/// Something outside the protocol that decides whether a virtual router should be Active here.
package struct TrackSettings: Hashable, Sendable {
    /// What is looked at.
    package enum Subject: Hashable, Sendable {
        /// A network interface: it fails without a carrier.
        case interface(String)
        /// A service of this cluster: it fails when none of its real servers serves, or its quorum is lost, but not by what
        /// was drained or put into maintenance.
        case service(String)
        /// A file: it fails while the file exists.
        case file(String)
        /// A program with its arguments: it fails when it exits with anything but 0, or not in time.
        case script(Script)
    }

    /// A program that is run again and again.
    package struct Script: Hashable, Sendable {
        /// The program's path and its arguments; no shell reads them.
        package var arguments: [String]
        /// From one start to the next.
        package var interval: Interval = .seconds(1)
        /// How long it may run before it is killed.
        package var timeout: Interval = .seconds(1)
        /// So many failures in a row make it fail.
        package var fall = 1
        /// So many successes in a row make it succeed again.
        package var rise = 1

        /// Makes a script with the defaults.
        package init(arguments: [String]) {
            self.arguments = arguments
        }
    }

    /// What a failure does.
    package enum Consequence: Hashable, Sendable {
        /// The router is out of the election.
        case fault
        /// The router's priority is less by so much.
        case weight(Int)
    }

    /// A subject that fails, and what was seen of it.
    package struct Failure: Hashable, Sendable {
        /// What fails.
        package var subject: Subject
        /// What was seen.
        package var evidence: String
        /// Whether clients are answered all the same, by sorry servers or because the service fails open.
        ///
        /// It weakens a router then, so that a director that sees better takes over, and takes none out of the
        /// election: where both see the same, nobody would be left to answer.
        package var isAnswered: Bool

        /// Makes it.
        package init(_ subject: Subject, _ evidence: String, isAnswered: Bool = false) {
            self.subject = subject
            self.evidence = evidence
            self.isAnswered = isAnswered
        }
    }

    /// Who looks.
    package enum Source: UInt8, Hashable, Sendable, CaseIterable {
        /// The tracking thread: interfaces, files, scripts.
        case machine
        /// The health of the cluster: services.
        case cluster
    }

    /// What is looked at.
    package var subject: Subject
    /// What a failure does.
    package var consequence: Consequence

    /// Makes it.
    package init(_ subject: Subject, _ consequence: Consequence) {
        self.subject = subject
        self.consequence = consequence
    }
}

extension TrackSettings.Subject: CustomStringConvertible {
    package var description: String {
        switch self {
        case .interface(let name): "interface \(name)"
        case .service(let name): "service \(name)"
        case .file(let path): "file \(path)"
        case .script(let script): "script \(script.arguments.joined(separator: " "))"
        }
    }
}

extension VirtualRouterSettings {
    /// The settings with the priority that what fails leaves: 1 at least, and an owner's is its own.
    package func weakened(by failures: [TrackSettings]) -> VirtualRouterSettings {
        guard !isAddressOwner else { return self }
        let loss = failures.reduce(0) { sum, track in
            if case .weight(let weight) = track.consequence { sum + weight } else { sum }
        }
        var settings = self
        settings.priority = UInt8(min(254, max(1, Int(priority) - loss)))
        return settings
    }
}
