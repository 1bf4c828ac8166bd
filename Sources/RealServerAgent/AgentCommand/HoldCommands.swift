internal import AgentConfiguration
internal import AgentCore
internal import AgentHost
internal import ArgumentParser
internal import ControlSocket
internal import Primitives

/// What the three commands that hold the node back have in common.
protocol HoldCommand: ParsableCommand {
    var agent: ControlSocketOption { get }
    static var hold: NodeHold { get }
}

extension HoldCommand {
    func run() throws { try hold() }

    /// Holds the node back; the agent answers once the directors have acted, or have had their time.
    func hold() throws {
        let result = try ask(.hold(Self.hold), for: HoldResult.self, deadline: 5)
        if !result.missing.isEmpty { Terminal.complain("tandem-agent: \(result.missing)") }
        if !result.acted { throw ExitCode(3) }
    }

    /// Asks the running agent and prints its answer.
    @discardableResult
    func ask<Answer: Codable>(
        _ request: ControlRequest,
        for type: Answer.Type,
        deadline: Int? = 0,
    ) throws -> Answer {
        let target = try agent.target()
        let patience = deadline.map { Interval.seconds(Int64($0)) } ?? target.drainDeadline
        do {
            let answer = try target.client.ask(request, for: Answer.self, timeout: patience + .seconds(5))
            print(try ControlJSON.text(answer))
            return answer
        } catch {
            Terminal.complain("tandem-agent: \(error)")
            throw ExitCode.failure
        }
    }
}

/// `tandem-agent drain`: no new connections, until `resume`.
struct DrainCommand: HoldCommand {
    static let configuration = CommandConfiguration(
        commandName: "drain",
        abstract: "Ask for no new connections; the present ones go on.",
        discussion: """
            It returns when the directors have acted: exit status 0, or 3 if one of them still sends connections after five \
            seconds. It holds until "tandem-agent resume", over restarts and reboots. With --unit it drains the services of a systemd \
            unit that is about to stop, waits until their connections have ended, and holds until "resume" of that unit.
            """,
    )
    static var hold: NodeHold { .drain }

    @OptionGroup var agent: ControlSocketOption
    @Option(help: "A systemd unit that is about to stop.")
    var unit: String?
    @Option(help: "A port of the unit's services; all services without it.")
    var port: [UInt16] = []
    @Option(help: "How many seconds to wait for connections to end; the configuration's drain_deadline otherwise.")
    var deadline: Int?

    func validate() throws {
        guard unit != nil || port.isEmpty && deadline == nil else {
            throw ValidationError("--port and --deadline are about a --unit.")
        }
        guard (0...ControlRequest.longestDeadline).contains(deadline ?? 0) else {
            throw ValidationError("The deadline is between 0 and \(ControlRequest.longestDeadline) seconds.")
        }
        guard unit.map({ UnitDrain(unit: $0, ports: port) != nil }) ?? true else {
            throw ValidationError("That is no unit, or no port of one.")
        }
    }

    func run() throws {
        guard let unit, let drain = UnitDrain(unit: unit, ports: port) else {
            return try hold()
        }
        try ask(.stopUnit(drain, deadline: deadline), for: UnitDrainResult.self, deadline: deadline)
    }
}

/// `tandem-agent maintenance`: out of service, until `resume`.
struct MaintenanceCommand: HoldCommand {
    static let configuration = CommandConfiguration(
        commandName: "maintenance",
        abstract: "Take the node out of service.",
        discussion: """
            It returns when the directors have acted: exit status 0, or 3 if one of them still sends connections after five \
            seconds. It holds until "tandem-agent resume", over restarts and reboots.
            """,
    )
    static var hold: NodeHold { .maintenance }

    @OptionGroup var agent: ControlSocketOption
}

/// `tandem-agent resume`: back to service after `drain` or `maintenance`.
struct ResumeCommand: HoldCommand {
    static let configuration = CommandConfiguration(
        commandName: "resume",
        abstract: "Take new connections again after drain or maintenance.",
    )
    static var hold: NodeHold { .none }

    @OptionGroup var agent: ControlSocketOption
    @Option(help: "A systemd unit that was drained and has started; what an operator asked for stays.")
    var unit: String?

    func run() throws {
        guard let unit else { return try hold() }
        try ask(.startUnit(unit), for: UnitDrainResult.self)
    }
}
