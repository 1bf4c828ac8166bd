/// The authentication of a version 2 advertisement (RFC 2338 section 5.3.6; RFC 3768 reserves the types).
package enum Authentication: Hashable, Sendable {
    /// Type 0.
    case none
    /// Type 1: eight octets, the password padded with zeros.
    case simplePassword([UInt8])
    /// Any other type, which is never accepted.
    case other(type: UInt8, data: [UInt8])

    /// Type 1 with a password of at most eight octets, or nothing if it is longer or empty.
    package init?(password: String) {
        let octets = Array(password.utf8)
        guard (1...8).contains(octets.count) else { return nil }
        self = .simplePassword(octets + Array(repeating: 0, count: 8 - octets.count))
    }

    /// Makes it of the type octet and the eight octets of authentication data.
    init(type: UInt8, data: [UInt8]) {
        switch type {
        case 0: self = .none
        case 1: self = .simplePassword(data)
        default: self = .other(type: type, data: data)
        }
    }

    /// The type octet.
    package var type: UInt8 {
        switch self {
        case .none: 0
        case .simplePassword: 1
        case .other(let type, _): type
        }
    }

    /// The eight octets of authentication data.
    package var data: [UInt8] {
        switch self {
        case .none: Array(repeating: 0, count: 8)
        case .simplePassword(let data), .other(_, let data): data
        }
    }
}
