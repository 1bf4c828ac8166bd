internal import Glibc

/// Remembers when the director last died of a signal, to tell one death from a series of them.
struct DeathRecord {
    /// Deaths that follow each other faster than this are a series: the program does not come back to work.
    static let seriesSeconds = 10

    private let path: String

    /// A record in the director's state directory.
    init(stateDirectory: String) {
        path = stateDirectory + "/died"
    }

    /// Notes a death now, and says whether the one before it was so recent that restarting does not help.
    ///
    /// A record that cannot be kept counts as a series: taking an address off too often costs a takeover, leaving it on
    /// a machine without a director costs the service.
    func noteDeath() -> Bool {
        var status = stat()
        let wasRecent = stat(path, &status) == 0 && time(nil) - status.st_mtim.tv_sec < Self.seriesSeconds
        let descriptor = open(path, O_WRONLY | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard descriptor >= 0 else { return true }
        defer { close(descriptor) }
        guard futimens(descriptor, nil) == 0 else { return true }
        return wasRecent
    }
}
