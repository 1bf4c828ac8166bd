package import Primitives

/// A machine that acts as if a virtual address which is another's were its own.
package struct AddressFinding: Hashable, Sendable {
    /// The virtual address.
    package var address: IPAddress
    /// Who claims it.
    package var mac: MACAddress
    /// The real server that has this Ethernet address; nothing if none of them has.
    package var realServer: IPAddress?
    /// By what.
    package var claim: AddressClaim

    /// Makes a finding.
    package init(address: IPAddress, mac: MACAddress, realServer: IPAddress?, claim: AddressClaim = .answer) {
        self.address = address
        self.mac = mac
        self.realServer = realServer
        self.claim = claim
    }

    /// The diagnosis: one of ours answers although it shall be silent, or asks with the wrong source; a stranger may
    /// do neither.
    package var reason: Reason {
        guard realServer != nil else { return .addressClaimedByStranger }
        return switch claim {
        case .answer: .arpOffender
        case .question: .arpAnnounceUnsafe
        }
    }

    /// What an operator reads, where the machine has this name.
    package func text(machine: String) -> String {
        let deed =
            switch claim {
            case .answer: "answers \(address.family.neighbourProtocol) for"
            case .question: "asks by \(address.family.neighbourProtocol) in the name of"
            }
        return "\(reason): \(machine) at \(mac) \(deed) \(address)"
    }
}
