package import Primitives

/// How the director checks a real server, and how many results in a row it takes to believe them.
package struct ProbeSettings: Hashable, Sendable {
    /// What a probe does.
    package var kind = ProbeKind.tcp
    /// The time from the start of one probe to the start of the next.
    package var interval: Interval = .milliseconds(200)
    /// The time between starts while the results contradict what is believed; the interval itself where absent.
    package var fastInterval: Interval?
    /// The port that is probed; the service's own where absent.
    package var port: UInt16?
    /// The address that is probed from; an address of the director's own where absent.
    package var source: IPAddress?
    /// How long an answer may take.
    package var timeout: Interval = .milliseconds(200)
    /// How many failures in a row make a real server down.
    package var fall = 3
    /// How many successes in a row make it up again.
    package var rise = 2

    /// Makes the default settings.
    package init() {}

    /// What is done to an endpoint.
    ///
    /// What asks no port has none, so that all services of a real server share it.
    package func check(_ endpoint: Endpoint) -> ProbeCheck {
        let endpoint = Endpoint(address: endpoint.address, port: kind.usesPort ? port ?? endpoint.port : 0)
        return kind == .tcp && source == nil ? .tcp(endpoint) : .real(kind, endpoint, source: source)
    }
}
