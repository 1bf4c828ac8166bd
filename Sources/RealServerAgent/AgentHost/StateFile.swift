package import AgentCore
internal import Glibc
internal import Linux
internal import SystemPackage

/// The file that survives the agent's death, replaced whole: written beside, synced, renamed.
package struct StateFile: Hashable, Sendable {
    private let directory: String

    /// Names the file in a directory.
    package init(directory: String) {
        self.directory = directory
    }

    private var path: String { directory + "/agent.state" }

    /// Reads the file; nothing if there is none, an error if it is torn or unreadable.
    package func load() throws(HostError) -> SavedState? {
        let bytes: [UInt8]
        do {
            bytes = try SystemFile.read(path, limit: 1 << 20)
        } catch Errno.noSuchFileOrDirectory {
            return nil
        } catch {
            throw HostError("read \(path): \(error)")
        }
        guard let state = SavedState(text: String(decoding: bytes, as: UTF8.self)) else {
            throw HostError("\(path) is torn or of another format; it is not used")
        }
        return state
    }

    /// Replaces the file.
    package func save(_ state: SavedState) throws(HostError) {
        let temporary = path + ".new"
        do {
            let bytes = Array(state.text.utf8)
            let file = Linux.FileDescriptor(
                consuming: try SystemCall.run {
                    unsafe open(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0o600)
                }
            )
            let raw = file.raw
            var written = 0
            while written < bytes.count {
                written += try SystemCall.run {
                    unsafe bytes[written...].withUnsafeBytes { unsafe write(raw, $0.baseAddress, $0.count) }
                }
            }
            try SystemCall.run { fsync(raw) }
            try file.close()
            try SystemCall.run { unsafe rename(temporary, path) }
            // The rename itself must survive a power cut too.
            let folder = Linux.FileDescriptor(
                consuming: try SystemCall.run { unsafe open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC) }
            )
            let folderRaw = folder.raw
            try SystemCall.run { fsync(folderRaw) }
        } catch {
            throw HostError("write \(path): \(error)")
        }
    }
}
