internal import ArgumentParser
internal import ConfigurationSyntax
internal import Control
internal import ControlSocket
internal import DirectorConfiguration
internal import DirectorCore
internal import Glibc
internal import Primitives

/// What the commands about a real server have in common.
struct OrderOptions: ParsableArguments {
    @OptionGroup var director: ControlSocketOption

    @Argument(help: "The real server's name.")
    var node: String

    @Option(help: "The service's name; all of them if absent.")
    var service: String?

    /// Asks the running director, or says why not and exits.
    func ask(_ request: ControlRequest) throws {
        print(try answer(request, as: String.self))
    }

    /// Orders a drain, after whose deadline the connections that are left are cut off.
    func drain(_ terms: OrderTerms, deadline: String?) throws {
        var request = OrderRequest(realServer: node, service: service, action: .drain)
        try terms.apply(to: &request)
        request.deadline = try deadline.map(Self.milliseconds)
        try ask(.order(request))
    }

    /// The running director's answer.
    func answer<Answer: Decodable>(_ request: ControlRequest, as type: Answer.Type) throws -> Answer {
        let client = try director.client()
        do throws(ControlError) {
            return try client.ask(request, for: Answer.self)
        } catch {
            StandardError.print("tandem-director: \(error)")
            throw ExitCode(1)
        }
    }

    /// Who types: the name behind sudo, else the user's.
    static var operatorName: String {
        for name in ["SUDO_USER", "USER", "LOGNAME"] {
            if let value = getenv(name), value.pointee != 0 { return String(cString: value) }
        }
        return "uid \(getuid())"
    }

    /// A duration with its unit.
    static func milliseconds(_ text: String) throws -> Int64 {
        guard let interval = Interval(configurationText: text) else {
            throw ValidationError("\"\(text)\" is no duration; write it with its unit: 90s, 5m, 1h")
        }
        return interval.milliseconds
    }
}

/// When an order ends and why it was given.
struct OrderTerms: ParsableArguments {
    @Option(name: .customLong("for"), help: "How long the order stands: 90s, 5m, 1h.")
    var duration: String?

    @Option(help: "Why, for those who see it in the status.")
    var reason: String?

    func apply(to request: inout OrderRequest) throws {
        request.by = OrderOptions.operatorName
        request.reason = reason
        request.duration = try duration.map(OrderOptions.milliseconds)
    }
}
