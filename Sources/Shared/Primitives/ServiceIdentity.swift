/// What names a virtual service in the kernel: protocol, virtual address and port (ip_vs.h, `struct ip_vs_service_user`).
package struct ServiceIdentity: Hashable, Comparable, Sendable {
    /// The transport protocol.
    package var `protocol`: TransportProtocol
    /// The virtual address and port.
    package var endpoint: Endpoint

    /// Makes the identity of a service.
    package init(protocol: TransportProtocol, endpoint: Endpoint) {
        self.protocol = `protocol`
        self.endpoint = endpoint
    }

    package static func < (left: ServiceIdentity, right: ServiceIdentity) -> Bool {
        left.endpoint == right.endpoint ? left.protocol < right.protocol : left.endpoint < right.endpoint
    }
}

extension ServiceIdentity: CustomStringConvertible {
    package var description: String { "\(self.protocol) \(endpoint)" }
}
