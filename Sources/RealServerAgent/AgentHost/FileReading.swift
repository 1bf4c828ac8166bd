internal import AgentCore
internal import Linux
internal import Primitives
internal import SystemPackage

/// The beginning of a small file, mostly one of /proc.
enum FileReading {
    private static let limit = 4_096

    /// Reads it at once; what is no file with content to read gives nothing.
    static func read(_ path: String) -> LocalRunOutcome {
        do throws(Errno) {
            return .passed(path, answer: Array(try SystemFile.read(path, limit: limit).prefix(limit)))
        } catch {
            return .notRun("\(error)")
        }
    }
}
