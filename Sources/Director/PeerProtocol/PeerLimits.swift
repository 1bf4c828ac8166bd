package import Primitives

/// What bounds everything that travels on the peer link.
package enum PeerLimits {
    /// The longest frame in bytes, its length field not counted.
    package static let frame = 65_536
    /// The most bytes that wait to be sent.
    package static let output = 1_048_576
    /// The longest name in bytes of UTF-8.
    package static let name = 64
    /// The longest evidence or reason in bytes of UTF-8.
    package static let evidence = 200
    /// The most virtual routers of one director.
    package static let routers = 255
    /// The most addresses of one virtual router.
    package static let addresses = 64
    /// The most sections of a configuration's digest.
    package static let sections = 32
    /// The most reasons of one refusal, or of not being ready.
    package static let reasons = 16
    /// The most opinions in one frame.
    package static let opinionsInFrame = 128
    /// The most opinions in all.
    package static let opinions = 4_096
    /// How many orders each end knows the other to have.
    package static let orders = 8_192
    /// The most orders in one frame.
    package static let ordersInFrame = 64
    /// The most orders that go out at once; the rest follows with the next heartbeats.
    package static let ordersAtOnce = 256
    /// The most address findings, which one frame has room for.
    package static let addressFindings = 256
    /// The greatest weight, which is what the kernel's counters bear.
    package static let weight: UInt32 = 65_535
    /// How often each end sends a heartbeat.
    package static let heartbeatInterval = Interval.milliseconds(200)
    /// After how much silence the other end counts as silent: three heartbeats missed.
    package static let silence = heartbeatInterval * 3
    /// After how much silence the link is given up.
    package static let abandonment = Interval.seconds(3)
    /// How long either end waits for the other's Hello.
    package static let helloTimeout = Interval.seconds(2)
}
