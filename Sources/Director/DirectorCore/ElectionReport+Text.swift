import Primitives
import VRRP

extension ElectionReport.Finding: CustomStringConvertible {
    package var description: String {
        switch self {
        case .interfaceUnusable(let fault): "the interface cannot be used: \(fault)"
        case .filteredAdvertisements(let source, _):
            "advertisements of \(source) are on the wire and do not arrive: a packet filter drops them"
        case .addressConflict(let conflict): "\(conflict)"
        case .splitBrain(let episode): "\(episode)"
        case .addressListMismatch(let source): "\(source) advertises another list of addresses"
        case .intervalMismatch(let source, let interval): "\(source) advertises every \(interval)"
        case .trackFailed(let track, let evidence): "\(track.subject) fails: \(evidence)"
        case .unverifiedAdvertisement(let unverified): "unverified advertisement: \(unverified)"
        case .addressFailure(let failure):
            "the kernel refuses \(failure.entry.prefix) on \(failure.entry.interface): errno \(failure.code)"
        case .keepingFoundAddress: "an address found at the start is kept silently until the election is decided"
        }
    }
}

extension ElectionReport.InterfaceFault: CustomStringConvertible {
    package var description: String {
        switch self {
        case .unknown: "nothing is known of it yet"
        case .missing: "there is none of that name"
        case .down: "it is down"
        case .noCarrier: "it has no carrier"
        case .noPrimaryAddress: "it has no address of its own to advertise from"
        case .noSockets: "the kernel refuses the sockets on it"
        case .unproved: "its sockets have not been seen to receive yet"
        }
    }
}

extension ElectionReport.AddressConflict: CustomStringConvertible {
    package var description: String {
        "\(mac) claims \(address) too, seen \(count) time(s) in \(lastSeen - firstSeen)"
    }
}

extension ElectionReport.SplitBrain: CustomStringConvertible {
    package var description: String {
        let other = source.map { ", from \($0)" } ?? ""
        let witnesses = evidence.map(\.description).joined(separator: ", ")
        return "two owners for \(duration), seen \(count) time(s) by \(witnesses)\(other)"
    }
}

extension ElectionReport.SplitBrain.Evidence: CustomStringConvertible {
    package var description: String {
        switch self {
        case .advertisement: "advertisements"
        case .peerLink: "the peer link"
        case .neighbour: "neighbour claims"
        }
    }
}
