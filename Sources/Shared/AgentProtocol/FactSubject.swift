package import Primitives

/// What a fact is true of.
package enum FactSubject: Hashable, Comparable, Sendable {
    /// The whole node.
    case node
    /// One virtual address.
    case address(IPAddress)
    /// One virtual service.
    case service(ServiceIdentity)

    package static func < (left: FactSubject, right: FactSubject) -> Bool {
        switch (left, right) {
        case (.node, .node): false
        case (.node, .address), (.node, .service), (.address, .service): true
        case (.address(let left), .address(let right)): left < right
        case (.service(let left), .service(let right)): left < right
        case (.address, .node), (.service, .node), (.service, .address): false
        }
    }
}

extension FactSubject: CustomStringConvertible {
    package var description: String {
        switch self {
        case .node: "node"
        case .address(let address): "\(address)"
        case .service(let service): "\(service)"
        }
    }
}
