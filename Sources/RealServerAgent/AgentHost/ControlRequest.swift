package import Primitives

/// What a client of the control socket asks, in one line.
package enum ControlRequest: Hashable, Sendable {
    /// `status`: one line of JSON.
    case status
    /// `release [--deadline SECONDS]`: one line of JSON once the release is done.
    case release(deadline: Interval?)

    /// Parses a line.
    package init?(line: String) {
        let words = line.split(separator: " ", omittingEmptySubsequences: true)
        switch (words.first, words.count) {
        case ("status", 1):
            self = .status
        case ("release", 1):
            self = .release(deadline: nil)
        case ("release", 3) where words[1] == "--deadline":
            guard let seconds = Int64(words[2]), (0...86_400).contains(seconds) else { return nil }
            self = .release(deadline: .seconds(seconds))
        default:
            return nil
        }
    }

    /// The line, without its end.
    package var line: String {
        switch self {
        case .status: "status"
        case .release(nil): "release"
        case .release(let deadline?): "release --deadline \(deadline.nanoseconds / 1_000_000_000)"
        }
    }
}
