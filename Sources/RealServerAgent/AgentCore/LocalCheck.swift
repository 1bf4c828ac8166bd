package import Checks
package import Primitives

/// A check of a service from its own node.
package struct LocalCheck: Hashable, Sendable {
    /// What a check does.
    package enum Kind: Hashable, Sendable {
        /// Connects by TCP.
        case connect
        /// Makes an HTTP request.
        case http(HTTPExpectation)
        /// Runs a program, which passes by exit status 0.
        case command(CommandCheck)
        /// Asks systemd whether a unit is active.
        case unit(UnitCheck)
    }

    /// The check that every TCP service has: on the node itself one refusal is enough, and one success too.
    package static let connection = LocalCheck(.connect, timeout: .milliseconds(500), fall: 1, rise: 1)

    /// What it does.
    package var kind: Kind
    /// The port of the services that it is of; every one if absent.
    package var port: UInt16?
    /// Their address; every one if absent.
    package var address: IPAddress?
    /// How often it is run.
    package var interval: Interval
    /// How long a run may take.
    package var timeout: Interval
    /// How many runs in a row must fail until the service counts as failed.
    package var fall: Int
    /// How many must pass until it counts as good again.
    package var rise: Int

    /// Makes a check.
    package init(
        _ kind: Kind,
        port: UInt16? = nil,
        address: IPAddress? = nil,
        interval: Interval = .seconds(1),
        timeout: Interval = .seconds(1),
        fall: Int = 2,
        rise: Int = 2,
    ) {
        self.kind = kind
        self.port = port
        self.address = address
        self.interval = interval
        self.timeout = timeout
        self.fall = fall
        self.rise = rise
    }

    /// Whether it is of a service.
    func covers(_ service: ServiceIdentity) -> Bool {
        guard port.map({ $0 == service.endpoint.port }) ?? true,
            address.map({ $0 == service.endpoint.address }) ?? true
        else { return false }
        return switch kind {
        case .connect, .http: service.protocol == .tcp
        case .command, .unit: true
        }
    }
}
