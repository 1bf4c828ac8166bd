/// The state of a unit as systemd has it (org.freedesktop.systemd1(5)).
package struct UnitState: Hashable, Sendable {
    /// Its LoadState, such as `loaded`, `not-found` or `masked`.
    package let load: String
    /// Its ActiveState, such as `active`, `deactivating` or `failed`.
    package let active: String
    /// Its SubState, which depends on its type, such as `running` or `stop-sigterm`.
    package let sub: String
}
