internal import Addresses
internal import ArgumentParser
internal import ConfigurationSyntax
internal import DirectorConfiguration
internal import DirectorCore
internal import Glibc
internal import Linux

/// `tandem-director release-addresses`: takes the virtual addresses of a dead director off the machine.
struct ReleaseAddressesCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "release-addresses",
        abstract: "Removes the virtual addresses from this machine, which would otherwise go on answering ARP.",
        discussion: """
            The unit runs it after the director has ended in whatever way. With --unless-restarting it does nothing \
            when the director died of a signal for the first time, and not while it was being stopped, because systemd \
            starts it again at once and the new process adopts what it finds, nor after a planned restart's stop. With \
            a configuration that is refused it removes what bears Tandem's mark.
            """,
    )

    /// What systemd says of a process that died of a signal (systemd.exec(5), `$SERVICE_RESULT`).
    private static let deaths: Set<String> = ["signal", "core-dump", "watchdog", "oom-kill"]

    @OptionGroup var file: ConfigurationOption

    @Flag(help: "Do nothing if systemd is about to start the director again.")
    var unlessRestarting = false

    func run() throws {
        let election: ElectionSettings
        do throws(ConfigurationError) {
            // Addresses need no secrets, and one that is not there must not keep them on the machine.
            let configuration = try DirectorConfiguration.load(path: file.config, readsSecrets: false)
            if unlessRestarting, isRestart(stateDirectory: configuration.stateDirectory) { return }
            election = configuration.election
        } catch {
            // No director starts with such a file either, so the addresses go in any case: those that bear our mark.
            StandardError.print("\(error)")
            election = ElectionSettings(routers: [])
        }
        do {
            for address in try AddressRelease.releaseAddresses(of: election) {
                print("removed \(address)")
            }
        } catch {
            StandardError.print("tandem-director: \(error)")
            throw ExitCode(1)
        }
    }

    /// Whether the director comes back at once.
    private func isRestart(stateDirectory: String) -> Bool {
        let result = getenv("SERVICE_RESULT").map { String(cString: $0) }
        let record = RestartRecord(stateDirectory: stateDirectory)
        if result == "success", !record.read(at: Clock.now).isEmpty { return true }
        return isFirstDeath(stateDirectory: stateDirectory)
    }

    /// Whether the director died of a signal now, not just before and not while it was being stopped, so that systemd's
    /// restart will do.
    private func isFirstDeath(stateDirectory: String) -> Bool {
        guard let result = getenv("SERVICE_RESULT"), Self.deaths.contains(String(cString: result)) else { return false }
        return !DeathRecord(stateDirectory: stateDirectory).noteDeath()
    }
}
