internal import DirectorCore
internal import Primitives

/// The line that `systemctl status` shows, sent when it has changed and at most once a second.
struct StatusLine {
    private var last = ""
    private var due = MonotonicInstant(nanoseconds: 0)

    /// When to look again.
    var deadline: MonotonicInstant { due }

    /// Whether a look is due.
    func isDue(at now: MonotonicInstant) -> Bool { due <= now }

    /// Lets another text, which is shown already, stand for a while.
    mutating func hold(_ text: String, at now: MonotonicInstant) {
        last = text
        due = now + .seconds(5)
    }

    /// The new line, or nothing if it is the old one.
    mutating func next(_ status: ClusterStatus, at now: MonotonicInstant) -> String? {
        due = now + .seconds(1)
        let text = Self.text(status)
        guard text != last else { return nil }
        last = text
        return text
    }

    /// Routers with their state, and why one is out of the election, then how many real servers of each service are up.
    static func text(_ status: ClusterStatus) -> String {
        let routers = status.routers.map { router in
            let why = router.state == "initialize" ? router.findings.first.map { " (\($0))" } : nil
            return "\(router.name) \(router.state)" + (why ?? "")
        }
        let services = status.services.map { service in
            let up = service.destinations.count { $0.state == .up }
            return "\(service.name) \(up)/\(service.destinations.count) up"
        }
        let trouble = status.dataplane?.lookFailure.map { ["NO USABLE IPVS (\($0))"] } ?? []
        return (trouble + routers + services).joined(separator: ", ")
    }
}
