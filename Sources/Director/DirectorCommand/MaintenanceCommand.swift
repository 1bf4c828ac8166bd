internal import ArgumentParser
internal import Control

/// `tandem-director maintenance`: a real server is out of service, whatever its health.
struct MaintenanceCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "maintenance",
        abstract: "Takes a real server out of service until undrain or --for ends it.",
        discussion: """
            With --wait it is drained first, and in maintenance once its last connection has ended: exit status 0, or 3 \
            if the deadline came first. --for counts for the drain, and anew for the maintenance.
            """,
    )

    @OptionGroup var options: OrderOptions
    @OptionGroup var terms: OrderTerms

    @Flag(help: "Drain it first, and return when the last connection has ended.")
    var wait = false

    @Option(help: "With --wait: after so long connections that are left are cut off: 90s, 5m, 1h.")
    var deadline: String?

    func validate() throws {
        guard wait || deadline == nil else { throw ValidationError("--deadline ends a --wait, which is missing") }
    }

    func run() throws {
        var end: ExitCode?
        if wait {
            do {
                try options.drain(terms, deadline: deadline)
                try DrainWait(options: options).run()
            } catch let status as ExitCode where status == DrainWait.cutOff {
                end = status
            }
        }
        var request = OrderRequest(realServer: options.node, service: options.service, action: .maintenance)
        try terms.apply(to: &request)
        // What was cut off stays so: the real server would be back in the kernel's service, and its connections with it.
        if end != nil { request.deadline = 0 }
        try options.ask(.order(request))
        if let end { throw end }
    }
}
