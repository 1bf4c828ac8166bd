import AgentProtocol
package import Primitives

/// Services that hang.
extension AgentCore {
    /// The services of which is watched whether they accept connections.
    package var acceptingServices: [ServiceIdentity] {
        // A connection of our own would keep a drain from ending.
        guard phase == .running, settings.hangAfter > .zero else { return [] }
        return demand.services.filter { $0.protocol == .tcp && isBound($0.endpoint.address) }
    }

    /// How long a service may accept nothing.
    package var acceptPatience: Interval { settings.hangAfter }

    /// What a service that hangs is reported as.
    func hangingProbe(of service: ServiceIdentity) -> Fact? {
        guard let length = hanging[service], isBound(service.endpoint.address) else { return nil }
        let evidence = "the service accepts no connection, for \(length.milliseconds) ms when that was noticed"
        return Fact(.localProbe, .service(service), .violated, evidence: evidence)
    }
}
