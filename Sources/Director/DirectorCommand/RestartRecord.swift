internal import Glibc
internal import Linux
internal import Primitives
internal import SystemPackage

/// What a director leaves behind for the one that is about to be started in its place: the virtual routers for which it
/// was Active, and until when their peers wait.
struct RestartRecord {
    /// How long the peers are asked to wait: three of the longest intervals that fit, 4 s each.
    static let validity = Interval.seconds(12)

    private let path: String

    /// A record in the director's state directory.
    init(stateDirectory: String) {
        path = stateDirectory + "/restart"
    }

    /// Writes the record whole or not at all.
    func write(_ routers: [String], until: MonotonicInstant) throws(Errno) {
        let lines = ["boot \(try Self.boot())", "until \(until.nanoseconds)"] + routers.map { "router \($0)" }
        let temporary = path + ".new"
        let flags = O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW
        let descriptor = open(temporary, flags, 0o600)
        guard descriptor >= 0 else { throw Errno(rawValue: errno) }
        defer { close(descriptor) }
        let bytes = Array((lines.joined(separator: "\n") + "\n").utf8)
        guard Glibc.write(descriptor, bytes, bytes.count) == bytes.count else { throw Errno(rawValue: errno) }
        guard rename(temporary, path) == 0 else { throw Errno(rawValue: errno) }
    }

    /// The routers that the record names with the end of their time; nothing if it is of another boot or too old.
    func read(at now: MonotonicInstant) -> [String: MonotonicInstant] {
        guard let bytes = try? SystemFile.read(path, limit: 65_536), let boot = try? Self.boot() else { return [:] }
        let lines = String(decoding: bytes, as: UTF8.self).split(separator: "\n")
        guard lines.first == "boot \(boot)", lines.count >= 2, lines[1].hasPrefix("until "),
            let nanoseconds = Int64(lines[1].dropFirst(6))
        else { return [:] }
        let until = MonotonicInstant(nanoseconds: nanoseconds)
        // The clock of one boot never goes back: a record from the future is not this program's.
        guard now < until, until <= now + Self.validity else { return [:] }
        let names = lines.dropFirst(2).filter { $0.hasPrefix("router ") }.map { String($0.dropFirst(7)) }
        return Dictionary(names.map { ($0, until) }) { first, _ in first }
    }

    /// Takes the record away, so that it serves one start alone.
    func remove() { _ = unlink(path) }

    private static func boot() throws(Errno) -> String {
        let bytes = try SystemFile.read("/proc/sys/kernel/random/boot_id", limit: 64)
        return String(decoding: bytes, as: UTF8.self).filter { $0 != "\n" }
    }
}
