package import Balancing

/// What the main loop tells the dataplane thread.
package enum DataplaneCommand: Hashable, Sendable {
    /// The kernel should have this, compared with a fresh dump at once.
    case desire(DesiredTable)
    /// These sync daemons should run; told whenever the election or the configuration wants others.
    case synchronize(ConnectionSyncWish)
    /// The virtual routers are on these interfaces now.
    case interfaces([String])
    /// Look now, without waiting for the next second.
    case lookNow
    /// End the thread, and with `clear` remove the services that are ours.
    case stop(clear: Bool)
}
