internal import AgentCore
internal import Glibc
internal import Linux
package import Primitives
internal import SystemPackage

/// Connects from the node to its own services all the time, to see whether they accept what the kernel takes for them.
///
/// Each connection is closed at once, so that no service waits for a request; what was not accepted stays in the
/// listener's queue all the same, without an inode, and an accepted one has one or is gone.
package struct AcceptProber: ~Copyable {
    /// How often a service is connected to: with the watch's patience, one that hangs is noticed within a second.
    private static let interval = Interval.milliseconds(300)
    /// The least time between two connections of any services, which on a node with more than ten of them is what counts.
    private static let spacing = Interval.milliseconds(30)
    /// How long a connection on the node itself may take in milliseconds; one that takes longer shows nothing.
    private static let connectPatience: Int32 = 2

    private var watch = AcceptWatch()
    private var services: [ServiceIdentity] = []
    private var next = 0
    private var nextAt: MonotonicInstant?

    /// Makes a prober of nothing.
    package init() {}

    /// When `work` is wanted next.
    package var deadline: MonotonicInstant? { [nextAt, watch.deadline].compactMap(\.self).min() }

    /// Does what is due, and gives the services that began to hang, with how long, and those that went on.
    package mutating func work(
        on wanted: [ServiceIdentity],
        patience: Interval,
        _ host: borrowing Host,
        at now: MonotonicInstant,
    ) -> [(service: ServiceIdentity, stall: Interval?)] {
        var found: [(service: ServiceIdentity, stall: Interval?)] = []
        watch.patience = patience
        if wanted != services {
            services = wanted
            nextAt = wanted.isEmpty ? nil : min(nextAt ?? now, now)
            found += watch.keep(wanted).map { ($0, nil) }
        }
        for connection in watch.due(at: now) {
            switch watch.saw(connection, isWaiting: host.isWaiting(connection), at: now) {
            case .hangs(let length)?: found.append((connection.service, length))
            case .goesOn?: found.append((connection.service, nil))
            case nil: break
            }
        }
        if let due = nextAt, due <= now, !services.isEmpty {
            next = (next + 1) % services.count
            let service = services[next]
            nextAt = now + max(Self.spacing, Self.interval / Int64(services.count))
            if !watch.isCrowded(service), let port = Self.connect(to: service) {
                watch.follow(AcceptWatch.Connection(service: service, port: port), at: now)
            }
        }
        return found
    }

    /// Connects, closes, and gives the port at the agent's end if the kernel took the connection.
    private static func connect(to service: ServiceIdentity) -> UInt16? {
        let address = SocketAddress(service.endpoint)
        let type = Int32(SOCK_STREAM.rawValue) | Int32(SOCK_NONBLOCK.rawValue) | Int32(SOCK_CLOEXEC.rawValue)
        // What fails here fails the local probe too, which tells of it.
        guard let raw = try? SystemCall.run({ socket(address.family, type, 0) }) else { return nil }
        defer { close(raw) }
        _ = unsafe address.with { unsafe Glibc.connect(raw, $0, $1) }
        var polled = pollfd(fd: raw, events: Int16(POLLOUT), revents: 0)
        let isTaken = unsafe poll(&polled, 1, connectPatience) == 1 && Int32(polled.revents) & (POLLERR | POLLHUP) == 0
        return isTaken ? SocketAddress.localPort(raw) : nil
    }
}
