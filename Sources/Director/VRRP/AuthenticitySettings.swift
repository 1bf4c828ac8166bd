package import Primitives

/// How a virtual router proves its own advertisements and judges the proofs of others.
package struct AuthenticitySettings: Hashable, Sendable {
    /// The steps of a roll-out that loses nothing; neighbouring steps understand each other.
    package enum Mode: String, Hashable, Sendable, CaseIterable {
        /// Signs nothing; understands signed advertisements, and accepts all.
        case receiveOnly = "receive_only"
        /// Signs; accepts all, and names what could not be verified.
        case permissive
        /// Signs, and drops what cannot be verified.
        case enforce
    }

    /// A secret that both directors have.
    package struct Key: Hashable, Sendable, CustomStringConvertible {
        /// The fewest octets of a secret.
        package static let minimumLength = 16

        /// The number by which a trailer names it.
        package var identifier: UInt8
        /// The secret.
        package var secret: [UInt8]

        /// Makes a key.
        package init(identifier: UInt8, secret: [UInt8]) {
            self.identifier = identifier
            self.secret = secret
        }

        /// The number alone: a secret is never shown.
        package var description: String { "key \(identifier)" }
    }

    /// What is sent and what is dropped.
    package var mode: Mode
    /// The key that signs; none is needed while nothing is signed.
    package var sendKey: UInt8?
    /// The keys that verify.
    package var keys: [Key]

    /// Makes the settings.
    package init(mode: Mode, sendKey: UInt8?, keys: [Key]) {
        self.mode = mode
        self.sendKey = sendKey
        self.keys = keys
    }

    /// The key that signs in this mode.
    package var signingKey: UInt8? { mode == .receiveOnly ? nil : sendKey }

    /// Whether the keys are told apart, and the one that signs is among them.
    var isUsable: Bool {
        let identifiers = Set(keys.map(\.identifier))
        guard !keys.isEmpty, identifiers.count == keys.count,
            keys.allSatisfy({ $0.secret.count >= Key.minimumLength })
        else { return false }
        guard mode != .receiveOnly else { return sendKey.map(identifiers.contains) ?? true }
        return sendKey.map(identifiers.contains) ?? false
    }

    /// How far a stamp may be from the time at which it is expected.
    package static func window(_ advertisementInterval: Interval) -> Interval {
        max(advertisementInterval * 3, .seconds(5))
    }
}
