import Balancing
import IPVS
import Linux
import Netlink
import Primitives
import SystemPackage

/// Sees clients open connections, and tells a successor at once that what it remembers of their ports is over, and which
/// real server the kernel has chosen.
///
/// A client's next segment may go to the successor, some 200 µs after the SYN that came here: a look at the table is too
/// slow to tell where it has to go, and takes the longer the greater the table. But direct routing sends the SYN on as it
/// is, to the link-layer address of the real server.
struct OpeningWatch: ~Copyable {
    /// What was seen in a turn, and is told.
    struct News: Hashable, Sendable {
        /// The connections that clients opened.
        var opened: Set<SyncedConnection.Key> = []
        /// The real servers of connections that were opened in this turn or before.
        var forwarded: [SyncedConnection.Key: Endpoint] = [:]

        /// Whether nothing was seen.
        var isEmpty: Bool { opened.isEmpty && forwarded.isEmpty }
    }

    /// How many frames are taken at a time.
    private static let burst = 256
    /// How many bytes may wait: what is opened while this thread does not run, at the kernel's price of 1 to 4 KiB a frame.
    fileprivate static let buffer: Int32 = 8 << 20
    /// The time between two looks at the neighbour table for a link-layer address that is not known.
    private static let learningInterval = Interval.milliseconds(100)

    private let services: Set<ServiceIdentity>
    private let realServers: Set<IPAddress>
    private let identifier: UInt8
    private let sockets: [PacketSocketHolder]
    private let sender: MulticastSender
    private var reactor: Reactor
    private var links: RealServerLinks
    private var learnedAt: MonotonicInstant?
    /// What went on to link-layer addresses that are not known, until the next look at the neighbour table.
    private var unresolved: [(key: SyncedConnection.Key, mac: MACAddress)] = []
    /// What was opened and is still to be sent on; a SYN that this machine sends by itself, as a probe, is not among it.
    private var waiting: Set<SyncedConnection.Key> = []

    /// Opens packet sockets on every interface.
    init(
        _ settings: ConnectionSyncSettings,
        services: Set<ServiceIdentity>,
        realServers: Set<IPAddress>,
    ) throws(Errno) {
        let sender = try MulticastSender(settings)
        var reactor = try Reactor()
        var sockets: [PacketSocketHolder] = []
        for family in Set(services.map(\.endpoint.address.family)) {
            let socket = try PacketSocketHolder(family)
            try reactor.add(socket.socket.raw, token: 0, interest: .read)
            sockets.append(socket)
        }
        self.services = services
        self.realServers = realServers
        identifier = settings.identifier
        self.sender = sender
        self.sockets = sockets
        self.reactor = reactor
        links = RealServerLinks(realServers, in: [])
    }

    /// Learns the real servers' link-layer addresses from the neighbour table.
    ///
    /// The kernel may keep whoever asks waiting, for a lock that any change of an interface holds: whatever can be told
    /// without is told before, and the first SYN that goes on makes the watch ask.
    private mutating func learn() {
        // By its end: where it takes long, what comes meanwhile is read before the next one.
        defer { learnedAt = Clock.now }
        // Without the neighbour table a look at the connections tells of the real servers, only later.
        if let neighbours = try? RouteSocket().neighbours() { links = RealServerLinks(realServers, in: neighbours) }
    }

    /// Waits for connections that are being opened, until then at the latest, and tells of them; gives those.
    mutating func turn(until deadline: MonotonicInstant) throws(Errno) -> News {
        let due = unresolved.isEmpty ? nil : learnedAt.map { $0 + Self.learningInterval }
        let isReadable = try !reactor.wait(until: due.map { min($0, deadline) } ?? deadline).isEmpty
        var news = News()
        if isReadable {
            for holder in sockets {
                for _ in 0..<Self.burst {
                    guard let frame = try holder.socket.receive() else { break }
                    take(frame, &news)
                }
            }
            tell(news)
        }
        let late = resolve()
        tell(late)
        news.forwarded.merge(late.forwarded) { $1 }
        return news
    }

    private func tell(_ news: News) {
        // What goes on in the same turn takes the place of what the successor remembers by itself.
        let pending = news.opened.filter { news.forwarded[$0] == nil }.map { SyncedConnection(opening: $0) }
        let placed = news.forwarded.map { SyncedConnection(forwarding: $0.key, to: $0.value) }
        for message in SyncMessage.encode(pending + placed, identifier: identifier) {
            // What does not get out, a look tells of; what does has to be given in any case, or no look would tell of its
            // real server again.
            do throws(Errno) { try sender.send(message) } catch {}
        }
    }

    private mutating func take(_ frame: ReceivedFrame, _ news: inout News) {
        guard let key = ConnectionOpening.key(inFrame: frame.bytes), services.contains(key.service) else { return }
        guard frame.isOutgoing else {
            news.opened.insert(key)
            waiting.insert(key)
            // A SYN that is sent again goes wherever the kernel says now.
            news.forwarded[key] = nil
            unresolved.removeAll { $0.key == key }
            return
        }
        guard waiting.contains(key), let mac = ConnectionOpening.receiver(ofFrame: frame.bytes) else { return }
        let family = key.client.address.family
        if let address = links.realServer(at: mac, family: family) {
            waiting.remove(key)
            news.forwarded[key] = Endpoint(address: address, port: key.service.endpoint.port)
        } else if !links.knows(mac, family: family), unresolved.count < Self.burst {
            unresolved.append((key, mac))
        }
    }

    /// Finds the real servers of what went on to unknown addresses, if it is time to look again; who is not found then is
    /// left to the looks at the connections.
    private mutating func resolve() -> News {
        var news = News()
        let isDue = learnedAt.map { Clock.now - $0 >= Self.learningInterval } ?? true
        guard isDue, !unresolved.isEmpty else { return news }
        learn()
        for (key, mac) in unresolved where waiting.contains(key) {
            guard let address = links.realServer(at: mac, family: key.client.address.family) else { continue }
            waiting.remove(key)
            news.forwarded[key] = Endpoint(address: address, port: key.service.endpoint.port)
        }
        unresolved = []
        return news
    }
}

/// A packet socket in an array.
private final class PacketSocketHolder {
    let socket: PacketSocket

    init(_ family: AddressFamily) throws(Errno) {
        // Only a socket for every type sees what this machine sends.
        socket = try PacketSocket(
            interfaceIndex: 0,
            etherType: PacketSocket.allTypes,
            filter: ConnectionOpening.filter(family),
            capacity: 128,
            receiveBuffer: OpeningWatch.buffer,
        )
    }
}

extension MulticastSender {
    /// Opens what speaks the protocol of the kernel's sync daemons.
    init(_ settings: ConnectionSyncSettings) throws(Errno) {
        self = try MulticastSender(
            to: Endpoint(address: settings.group, port: settings.port),
            interface: try Interface.named(settings.interface),
            timeToLive: settings.timeToLive,
        )
    }
}
