package import Primitives

/// The idle timeouts of connections, as `ipvsadm -L --timeout` prints them.
package struct ConnectionTimeouts: Hashable, Sendable {
    /// Of established TCP connections.
    package var tcp: Interval
    /// Of TCP connections after a FIN.
    package var tcpFinish: Interval
    /// Of UDP.
    package var udp: Interval
}
