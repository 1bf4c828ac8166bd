/// What a TLS handshake has to show.
package struct TLSExpectation: Hashable, Sendable {
    /// How a certificate is judged.
    package enum Verification: String, Hashable, Sendable, CaseIterable {
        /// Not at all.
        case none
        /// Its chain has to end at a trusted authority.
        case chain
        /// Its chain, and it has to be for the server name.
        case name
    }

    /// The name asked for (SNI); none where absent.
    package var serverName: String?
    /// How the certificate is judged.
    package var verification = Verification.none
    /// The file with the trusted authorities; those of the system where absent.
    package var authorityFile: String?
    /// How many days the certificate has to be valid still.
    package var minimumDays: Int?

    /// Makes an expectation that any handshake meets.
    package init() {}

    /// What is wrong with the rest of a certificate's life, if anything is.
    package func problem(daysLeft: Int) -> String? {
        if daysLeft < 0, verification != .none || minimumDays != nil { return "the certificate has expired" }
        guard let minimumDays, daysLeft < minimumDays else { return nil }
        return "the certificate is valid for \(daysLeft) days, fewer than \(minimumDays)"
    }
}

extension TLSExpectation: CustomStringConvertible {
    package var description: String {
        "name \(serverName ?? "none") verify \(verification.rawValue) authorities \(authorityFile ?? "system") "
            + "days \(minimumDays.map { "\($0)" } ?? "any")"
    }
}
