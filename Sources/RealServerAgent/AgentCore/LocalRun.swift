package import Checks
package import Primitives

/// Something that is run on the node itself, within a time.
package enum LocalRun: Hashable, Sendable {
    /// A check of a service.
    case check(LocalCheck, of: ServiceIdentity)
    /// A look at how loaded the node is.
    case gauge(LoadGauge, timeout: Interval)

    /// What is done.
    package enum Action: Hashable, Sendable {
        /// Connects by TCP.
        case connect(Endpoint)
        /// Makes an HTTP request.
        case request(HTTPExpectation, Endpoint)
        /// Runs an argument vector, about whose end the check judges.
        case command(CommandCheck, [String])
        /// Asks systemd for the state of a unit.
        case look(UnitCheck)
        /// Reads the beginning of a file.
        case read(String)
    }

    /// What is done.
    package var action: Action {
        switch self {
        case .check(let check, let service):
            switch check.kind {
            case .connect: .connect(service.endpoint)
            case .http(let expectation): .request(expectation, service.endpoint)
            case .command(let command): .command(command, command.vector(for: service.endpoint))
            case .unit(let unit): .look(unit)
            }
        case .gauge(let gauge, _):
            switch gauge.kind {
            case .runQueue: .read("/proc/loadavg")
            case .cpuPressure: .read("/proc/pressure/cpu")
            case .memoryPressure: .read("/proc/pressure/memory")
            case .memory: .read("/proc/meminfo")
            case .connections: preconditionFailure("connections are counted by a look at the host")
            case .file(let path): .read(path)
            case .command(let command): .command(command, command.arguments)
            case .http(let expectation, let endpoint): .request(expectation, endpoint)
            }
        }
    }

    /// How long it may take.
    package var timeout: Interval {
        switch self {
        case .check(let check, _): check.timeout
        case .gauge(_, let timeout): timeout
        }
    }
}

extension LocalRun: CustomStringConvertible {
    package var description: String {
        switch action {
        case .connect(let endpoint): "\(endpoint)"
        case .request(let expectation, let endpoint): "\(endpoint)\(expectation.path)"
        case .command(let command, _): command.arguments.first ?? ""
        case .look(let check): check.unit
        case .read(let path): path
        }
    }
}
