internal import ArgumentParser
internal import Control
internal import DirectorCore

/// `tandem-director drain`: no new connections for a real server, the present ones may end.
struct DrainCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "drain",
        abstract: "Gives a real server no new connections; the present ones may end.",
        discussion: """
            The order is kept over restarts of the director, until undrain or --for ends it. With --wait the command \
            returns when the last connection has ended: exit status 0, or 3 if the deadline came first.
            """,
    )

    @OptionGroup var options: OrderOptions
    @OptionGroup var terms: OrderTerms

    @Flag(help: "Return when the last connection has ended.")
    var wait = false

    @Option(help: "After so long connections that are left are cut off: 90s, 5m, 1h.")
    var deadline: String?

    func run() throws {
        try options.drain(terms, deadline: deadline)
        guard wait else { return }
        try DrainWait(options: options).run()
    }
}

/// Waits until the last connection of a draining real server has ended; the director answers whenever there is news.
struct DrainWait {
    /// The deadline came before the last connection had ended.
    static let cutOff = ExitCode(3)

    let options: OrderOptions

    func run() throws {
        var shown: String?
        while true {
            let request = ControlRequest.drainProgress(realServer: options.node, service: options.service, known: shown)
            let progress = try options.answer(request, as: DrainProgress.self)
            if progress.text != shown { print(progress.text) }
            shown = progress.text
            switch progress.state {
            case .draining: continue
            case .drained: return
            case .cutOff: throw Self.cutOff
            case .withdrawn:
                StandardError.print("tandem-director: \(options.node) is not drained any more")
                throw ExitCode(1)
            }
        }
    }
}
