import Health
import Primitives

/// Something between the two directors that an operator should know.
package enum PeerFinding: Hashable, Sendable {
    /// There is no link, or the peer is silent; which routers it advertises all the same.
    case noLink(evidence: String, advertises: [String])
    /// The two work by different configurations.
    case configurationDiffers(keys: [String], newer: String)
    /// The two are of different versions.
    case versionDiffers(own: String, peer: String)
    /// The two clocks differ by more than two seconds.
    case clockDiffers(milliseconds: Int64)
    /// Both are Active though they talk to each other: advertisements get lost between them.
    case bothActive(routers: [String])

    /// What kind of finding it is: a change within a kind is no news.
    var reason: Reason {
        switch self {
        case .noLink: .linkClosed
        case .configurationDiffers: .configurationDiffers
        case .versionDiffers: .versionDiffers
        case .clockDiffers: .clockDiffers
        case .bothActive: .directorsPartitioned
        }
    }

    /// Whether two findings tell an operator the same.
    func isSameNews(as other: PeerFinding) -> Bool {
        switch (self, other) {
        case (.noLink(_, let mine), .noLink(_, let theirs)): mine == theirs
        case (.configurationDiffers(let mine, _), .configurationDiffers(let theirs, _)): mine == theirs
        case (.clockDiffers, .clockDiffers): true
        default: self == other
        }
    }
}

extension PeerFinding: CustomStringConvertible {
    package var description: String {
        switch self {
        case .noLink(let evidence, let advertises):
            "no link to the other director" + (evidence.isEmpty ? "" : " (\(evidence))")
                + (advertises.isEmpty
                    ? "" : ": but its advertisements arrive (\(advertises.joined(separator: ", ")))")
        case .configurationDiffers(let keys, let newer):
            "the configurations differ in \(keys.joined(separator: ", "))"
                + (newer.isEmpty ? "" : "; the newer one is \(newer)'s")
        case .versionDiffers(let own, let peer): "this director is version \(own), the other one \(peer)"
        case .clockDiffers(let milliseconds):
            // A journey over the network is in it too, so tenths of a second are as much as can be said.
            "the other director's clock is \(Interval.milliseconds((abs(milliseconds) + 50) / 100 * 100)) "
                + (milliseconds > 0 ? "ahead" : "behind")
        case .bothActive(let routers):
            "both directors are active for \(routers.joined(separator: ", ")) though they talk to each other: "
                + "advertisements get lost between them"
        }
    }
}
