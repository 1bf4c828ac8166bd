package import Primitives
package import SystemPackage

/// What the election thread itself, not the protocol, has to tell.
package struct ElectionHealth: Hashable, Sendable {
    /// Advertisements and announcements that the kernel did not take.
    package var sendFailures: UInt64 = 0
    /// The last reason for that.
    package var lastSendFailure: Errno?
    /// Why the sockets of an interface could not be opened, by interface, while that is so.
    package var socketFailures: [String: Errno] = [:]
    /// The interfaces whose sockets do not get what this machine sends to itself: a packet filter drops it.
    package var deafInterfaces: [String] = []
    /// Why the thread has ended, if it ended for any reason but a stop.
    package var ended: Errno?
    /// How many advertisements were held back because the process had slept before it could send them.
    package var heldBack: UInt64 = 0
    /// How late the thread woke up for its deadlines.
    package var latencies = LatencyHistogram()
}
