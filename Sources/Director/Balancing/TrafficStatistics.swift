/// What IPVS has counted (ip_vs.h, `struct ip_vs_kstats`).
package struct TrafficStatistics: Hashable, Sendable {
    /// Connections scheduled.
    package var connections: UInt64 = 0
    /// Packets from clients.
    package var incomingPackets: UInt64 = 0
    /// Packets to clients, which direct routing does not see.
    package var outgoingPackets: UInt64 = 0
    /// Bytes from clients.
    package var incomingBytes: UInt64 = 0
    /// Bytes to clients, which direct routing does not see.
    package var outgoingBytes: UInt64 = 0
    /// Connections a second, as the kernel estimates.
    package var connectionRate: UInt64 = 0
    /// Packets from clients a second.
    package var incomingPacketRate: UInt64 = 0
    /// Bytes from clients a second.
    package var incomingByteRate: UInt64 = 0

    /// Makes statistics of nothing.
    package init() {}
}
