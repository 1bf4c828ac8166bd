/// Why a received message is not acted upon (RFC 9568 section 7.1 with its errata, RFC 3768 section 7.1).
package enum Rejection: Int, Error, Hashable, Sendable, CaseIterable {
    /// The TTL or hop limit is not 255, or below what a unicast router accepts.
    case wrongTimeToLive
    /// The message is shorter than its own fields say.
    case truncated
    /// The version is neither 2 nor 3, or not the router's, or version 2 over IPv6.
    case wrongVersion
    /// The type is not ADVERTISEMENT.
    case wrongType
    /// The message is longer than its own fields say.
    case wrongLength
    /// The checksum is wrong in every form.
    case wrongChecksum
    /// No router of this VRID and family is configured on the interface.
    case unknownVirtualRouter
    /// The message came to another address than the router listens to.
    case wrongDestination
    /// The message came from this machine's own address.
    case ownSource
    /// The address count is 0 (erratum 8299; version 2 alike).
    case noAddresses
    /// Max Advertise Interval is 0 (erratum 8301).
    case zeroInterval
    /// The first IPv6 address is not link-local (erratum 8300).
    case firstAddressNotLinkLocal
    /// Version 2: the authentication type is not ours.
    case wrongAuthenticationType
    /// Version 2: the password is not ours.
    case authenticationFailed
    /// Version 2: the interval is not ours.
    case intervalMismatch
    /// Unicast: the sender is none of the configured peers.
    case unknownPeer
    /// The sender is not known to hold the key, and nothing else is accepted; `AuthenticityCounts` tells why.
    case notAuthentic
}
