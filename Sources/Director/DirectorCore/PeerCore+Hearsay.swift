import Health
import PeerProtocol
import Primitives

/// Who the other director hears claim virtual addresses.
///
/// Operators are told, and nobody loses weight by it: this director asks the same LAN itself, and the peer's word is the
/// last that counts. The peer's own direct-path probe fails by it, and that is in its opinion of the real server, which
/// decides where nothing else is known.
extension PeerCore {
    /// A machine that claims very many addresses gets a few lines; the status has them all.
    private static var linesAtOnce: Int { 8 }

    /// What the peer hears; empty while it does not answer.
    var peerAddressFindings: [PeerAddressFinding] { isAlive ? session?.addressFindings?.all ?? [] : [] }

    /// Logs which claims are new and which are over.
    mutating func refreshHearsay() {
        guard stop != .done else { return }
        let heard = peerAddressFindings
        guard heard != hearsay else { return }
        log(heard.filter { !$0.isTold(by: hearsay) }, isOver: false)
        log(hearsay.filter { !$0.isTold(by: heard) }, isOver: true)
        hearsay = heard
    }

    private mutating func log(_ findings: [PeerAddressFinding], isOver: Bool) {
        for (index, finding) in findings.prefix(Self.linesAtOnce).enumerated() {
            let isLast = index == Self.linesAtOnce - 1 && findings.count > Self.linesAtOnce
            log(
                .peer(peerName),
                from: isOver ? "hears a claim" : "",
                to: isOver ? "" : "hears a claim",
                finding.reason,
                finding.evidence + (isLast ? ", and \(findings.count - Self.linesAtOnce) more" : ""),
                isOver ? .notice : .warning,
            )
        }
    }
}

extension PeerAddressFinding {
    var reason: Reason { addressClaim.reason(isRealServer: realServer != nil) }

    var evidence: String { addressClaim.text(machine: realServer ?? "a stranger", at: mac, claims: address) }

    private var addressClaim: AddressClaim {
        switch claim {
        case .answer: .answer
        case .question: .question
        }
    }

    /// Whether some findings tell an operator the same: a machine that changes its MAC is no news each time.
    func isTold(by others: [PeerAddressFinding]) -> Bool {
        others.contains { $0.address == address && $0.claim == claim && $0.realServer == realServer }
    }

    /// What the status shows, so many milliseconds after it came.
    func status(after grown: Int64) -> AddressFindingStatus {
        AddressFindingStatus(
            reason: reason,
            address: "\(address)",
            mac: "\(mac)",
            realServer: realServer,
            evidence: evidence,
            age: min(Int64(clamping: age), .max - grown) + grown,
        )
    }
}
