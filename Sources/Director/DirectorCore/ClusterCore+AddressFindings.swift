import Health
import Primitives

/// Who this director hears claim virtual addresses.
extension ClusterCore {
    /// A machine that claims very many addresses gets a few lines; the status has them all.
    private static var linesAtOnce: Int { 8 }

    /// Takes what the sentinel knows now, and logs what is new and what is over.
    mutating func take(_ findings: [AddressFinding], at now: MonotonicInstant) {
        guard findings != addressFindings else { return }
        let (before, known) = (addressFindings, addressFindingsSince)
        addressFindings = findings
        addressFindingsSince = Dictionary(findings.map { ($0, known[$0] ?? now) }) { first, _ in first }
        log(findings.filter { !$0.isTold(by: before) }, isOver: false)
        log(before.filter { !$0.isTold(by: findings) }, isOver: true)
    }

    /// What a machine does, in words.
    func evidence(of finding: AddressFinding) -> String {
        let machine = realServerName(of: finding) ?? "a stranger"
        return finding.claim.text(machine: machine, at: finding.mac, claims: finding.address)
    }

    private mutating func log(_ findings: [AddressFinding], isOver: Bool) {
        for (index, finding) in findings.prefix(Self.linesAtOnce).enumerated() {
            let isLast = index == Self.linesAtOnce - 1 && findings.count > Self.linesAtOnce
            logs.append(
                StatusChange(
                    .address("\(finding.address)"),
                    from: isOver ? "claimed" : "",
                    to: isOver ? "" : "claimed",
                    finding.reason,
                    evidence: evidence(of: finding)
                        + (isLast ? ", and \(findings.count - Self.linesAtOnce) more" : ""),
                    level: isOver ? .notice : .warning,
                )
            )
        }
    }
}

extension AddressFinding {
    /// Whether some findings tell an operator the same: a machine that changes its MAC is no news each time.
    fileprivate func isTold(by others: [AddressFinding]) -> Bool {
        others.contains { $0.address == address && $0.claim == claim && $0.realServer == realServer }
    }
}
