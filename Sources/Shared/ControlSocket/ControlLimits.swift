package import Primitives

/// The bounds of a control socket.
package struct ControlLimits: Hashable, Sendable {
    /// Clients at a time.
    package var clients = 64
    /// Bytes of a request, its line feed included.
    package var requestSize = 65_536
    /// How long a client may take for its next request, or for reading an answer.
    package var idleTimeout: Interval = .seconds(30)
    /// How long the program may take for its answer.
    package var answerTimeout: Interval = .seconds(10)

    /// Makes the default limits.
    package init() {}
}
