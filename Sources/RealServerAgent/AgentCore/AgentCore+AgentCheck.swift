import AgentProtocol
import Primitives

extension AgentCore {
    /// The answer to HAProxy's agent check (configuration manual, section 5.2, "agent-check"), one line.
    ///
    /// HAProxy leaves what a line does not mention as it was, so every line that says something says everything. A
    /// description begins with `#` at the start of a word, and is used only beside a word of health.
    package var agentCheckAnswer: String {
        switch phase {
        case .starting:
            // Nothing is known yet: an empty line changes nothing.
            return "\n"
        case .draining, .removing:
            return "drain up 100%\n"
        case .released, .stopped:
            return "drain down 100% #released\n"
        case .running:
            break
        }
        switch saved.hold {
        case .maintenance: return "maint up 100%\n"
        case .drain: return "drain up 100%\n"
        case .none: break
        }
        if !demand.services.isEmpty, demand.services.allSatisfy({ drain(of: $0) != nil }) { return "drain up 100%\n" }
        // Neither what is wrong with one service of several nor what is unknown makes the node wrong as a whole.
        let wrong = facts.map(\.fact).filter { $0.verdict == .violated }
        let services = demand.services.filter { service in
            !wrong.contains { $0.subject == .service(service) || $0.subject == .address(service.endpoint.address) }
        }
        // What is not known is left as it was told last.
        let weight = capacity.map { $0.offered.map { " \($0)%" } ?? "" } ?? " 100%"
        let good = "ready up\(weight)\n"
        guard let first = wrong.first(where: { $0.subject == .node }) ?? wrong.first else { return good }
        guard first.subject == .node || services.isEmpty else { return good }
        let text = String(
            decoding: "\(first)".utf8.prefix(120).map { (32...126).contains($0) ? $0 : 46 },
            as: UTF8.self
        )
        return "ready down 100% #\(text)\n"
    }
}
