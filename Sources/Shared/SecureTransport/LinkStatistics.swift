/// Counters of a listener or a dialer.
package struct LinkStatistics: Hashable, Sendable {
    /// Connections refused, by cause; a cause that never happened is absent.
    package var refusals: [LinkRefusal: UInt64] = [:]
    /// Links that came to be.
    package var opened: UInt64 = 0
    /// Links that ended.
    package var closed: UInt64 = 0
    /// Times that reading stopped because the owner had no room for events.
    package var pauses: UInt64 = 0
    /// Commands that were dropped because too many bytes waited for the event loop.
    package var droppedCommands: UInt64 = 0
    /// Connections now, of whatever state.
    package var connections = 0
    /// Connections now whose handshake is not finished.
    package var handshakes = 0

    /// Makes counters at zero.
    package init() {}

    /// Connections refused in all.
    package var refused: UInt64 { refusals.values.reduce(0, +) }
}
