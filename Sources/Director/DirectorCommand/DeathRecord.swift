internal import Glibc

/// Remembers when the director last died of a signal, and whether it had been told to end, to tell a death after which it
/// comes back at once from others.
struct DeathRecord {
    /// Deaths that follow each other faster than this are a series: the program does not come back to work.
    static let seriesSeconds = 10

    private let path: String
    private let stopPath: String

    /// A record in the director's state directory.
    init(stateDirectory: String) {
        path = stateDirectory + "/died"
        stopPath = stateDirectory + "/stopping"
    }

    /// Notes that the director was told to end for good: whatever it dies of now, systemd does not start it again.
    ///
    /// Where that cannot be noted, a death in the seconds that a stop takes leaves its addresses on the machine.
    func noteStop() {
        let descriptor = open(stopPath, O_WRONLY | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o600)
        if descriptor >= 0 { close(descriptor) }
    }

    /// Forgets that: a director begins.
    func forgetStop() { unlink(stopPath) }

    /// Notes a death now, and says whether restarting does not help: it had been told to end, or the death before this one
    /// was a moment ago.
    ///
    /// A record that cannot be kept counts as a series: taking an address off too often costs a takeover, leaving it on
    /// a machine without a director costs the service.
    func noteDeath() -> Bool {
        guard access(stopPath, F_OK) != 0 else { return true }
        var status = stat()
        let wasRecent = stat(path, &status) == 0 && time(nil) - status.st_mtim.tv_sec < Self.seriesSeconds
        let descriptor = open(path, O_WRONLY | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard descriptor >= 0 else { return true }
        defer { close(descriptor) }
        guard futimens(descriptor, nil) == 0 else { return true }
        return wasRecent
    }
}
