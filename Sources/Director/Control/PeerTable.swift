internal import DirectorCore

/// The other director in the status.
enum PeerTable {
    static func lines(_ peer: PeerStatus) -> [String] {
        let version = peer.version.map { ", version \($0)" } ?? ""
        let ready = peer.isReady.map { $0 ? ", ready to take over" : ", NOT ready to take over" } ?? ""
        let why = peer.reasons.isEmpty ? "" : " (\(peer.reasons.joined(separator: ", ")))"
        let evidence = peer.evidence.isEmpty ? "" : " (\(peer.evidence))"
        let title = "peer \(peer.name) at \(peer.address): \(peer.link.rawValue)\(evidence)"
        var lines = ["\(title) for \(StatusTable.age(peer.age))\(version)\(ready)\(why)"]
        if !peer.routers.isEmpty {
            var table = TextTable(["  ROUTER", "PRIO", "STATE", "AGE"])
            for router in peer.routers {
                table.add(["  " + router.name, "\(router.priority)", router.state, StatusTable.age(router.age)])
            }
            lines += table.lines
        }
        if let handover = peer.handover { lines.append("  handover: \(handover)") }
        if let last = peer.lastHandover {
            let outcome = last.succeeded ? last.outcome : "failed: \(last.outcome)"
            let routers = last.routers.joined(separator: ", ")
            lines.append("  last handover: \(routers) (\(last.cause)) \(StatusTable.age(last.age)) ago, \(outcome)")
        }
        if !peer.movedByOperator.isEmpty {
            lines.append("  moved by an operator: \(peer.movedByOperator.joined(separator: ", "))")
        }
        return lines + peer.findings.map { "! \(peer.name): \($0)" }
            + peer.addressFindings.map { finding in
                "! \(peer.name) hears \(finding.reason): \(finding.evidence) (for \(StatusTable.age(finding.age)))"
            }
    }
}
