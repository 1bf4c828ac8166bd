package import Primitives

/// How a machine acts as if a virtual address were its own.
package enum AddressClaim: UInt8, Hashable, Sendable, CaseIterable {
    /// It answers for the address, or announces it.
    case answer
    /// It asks for another address in the name of this one, by which everybody who hears it learns it.
    case question

    /// The diagnosis: one of ours answers although it shall be silent, or asks with the wrong source; a stranger may
    /// do neither.
    package func reason(isRealServer: Bool) -> Reason {
        switch (isRealServer, self) {
        case (false, _): .addressClaimedByStranger
        case (true, .answer): .arpOffender
        case (true, .question): .arpAnnounceUnsafe
        }
    }

    /// What a machine of this name does, as an operator reads it.
    package func text(machine: String, at mac: MACAddress, claims address: IPAddress) -> String {
        let deed =
            switch self {
            case .answer: "answers \(address.family.neighbourProtocol) for"
            case .question: "asks by \(address.family.neighbourProtocol) in the name of"
            }
        return "\(machine) at \(mac) \(deed) \(address)"
    }
}
