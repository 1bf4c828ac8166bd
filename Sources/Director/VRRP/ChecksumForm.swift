/// What the checksum of an advertisement covers.
package enum ChecksumForm: UInt8, Hashable, Sendable, CaseIterable {
    /// The message and a pseudo-header: version 3 over IPv6 always, over IPv4 as RFC 5798 is read.
    case pseudoHeader
    /// The message alone: version 2 always, version 3 over IPv4 as RFC 9568 section 5.2.8 says.
    case messageOnly
}
