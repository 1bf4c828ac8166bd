internal import Checks
package import Primitives

/// One run of a check of one service.
package struct LocalRun: Hashable, Sendable {
    /// What is checked.
    package var service: ServiceIdentity
    /// How.
    package var check: LocalCheck

    /// Makes a run.
    package init(_ service: ServiceIdentity, _ check: LocalCheck) {
        self.service = service
        self.check = check
    }

    /// What is done.
    package var kind: LocalCheck.Kind { check.kind }
    /// To what.
    package var endpoint: Endpoint { service.endpoint }
    /// How long it may take.
    package var timeout: Interval { check.timeout }
}

extension LocalRun: CustomStringConvertible {
    package var description: String {
        switch kind {
        case .connect: "\(endpoint)"
        case .http(let expectation): "\(endpoint)\(expectation.path)"
        case .command(let command): command.arguments.first ?? ""
        }
    }
}
