internal import Primitives
internal import SecureTransport

extension ConnectionIdentifier {
    /// The core's name for a link.
    init(_ link: LinkIdentifier) {
        self.init(rawValue: link.rawValue)
    }
}

extension LinkIdentifier {
    /// The link that the core speaks of.
    init(_ connection: ConnectionIdentifier) {
        self.init(rawValue: connection.rawValue)
    }
}
