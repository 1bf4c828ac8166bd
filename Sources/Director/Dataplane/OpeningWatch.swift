import Balancing
import IPVS
import Linux
import Primitives
import SystemPackage

/// Sees clients open connections, and tells a successor at once that what it remembers of their ports is over.
///
/// A client's next segment may go to the successor, some 200 µs after the SYN that came here: a look at the table is too
/// slow to tell which real server it has to go to, but not this.
struct OpeningWatch: ~Copyable {
    /// How many frames are taken at a time.
    private static let burst = 256
    /// How many bytes may wait: what is opened while this thread does not run, at the kernel's price of 1 to 4 KiB a frame.
    fileprivate static let buffer: Int32 = 8 << 20

    private let services: [ServiceIdentity: UInt32]
    private let identifier: UInt8
    private let sockets: [PacketSocketHolder]
    private let sender: MulticastSender
    private var reactor: Reactor

    /// Opens packet sockets on every interface.
    init(_ settings: ConnectionSyncSettings, services: [ServiceIdentity: UInt32]) throws(Errno) {
        let sender = try MulticastSender(settings)
        var reactor = try Reactor()
        var sockets: [PacketSocketHolder] = []
        for family in Set(services.keys.map(\.endpoint.address.family)) {
            let socket = try PacketSocketHolder(family)
            try reactor.add(socket.socket.raw, token: 0, interest: .read)
            sockets.append(socket)
        }
        self.services = services
        identifier = settings.identifier
        self.sender = sender
        self.sockets = sockets
        self.reactor = reactor
    }

    /// Waits for connections that are being opened, until then at the latest, and tells of them; gives those.
    mutating func turn(until deadline: MonotonicInstant) throws(Errno) -> Set<SyncedConnection.Key> {
        guard try !reactor.wait(until: deadline).isEmpty else { return [] }
        var keys: Set<SyncedConnection.Key> = []
        for holder in sockets {
            for _ in 0..<Self.burst {
                guard let frame = try holder.socket.receive() else { break }
                guard let key = ConnectionOpening.key(inFrame: frame.bytes), services[key.service] != nil else {
                    continue
                }
                keys.insert(key)
            }
        }
        for message in SyncMessage.encode(keys.map { SyncedConnection(opening: $0) }, identifier: identifier) {
            // What does not get out, a look tells of; what does has to be given in any case, or no look would tell of its
            // real server again.
            do throws(Errno) { try sender.send(message) } catch {}
        }
        return keys
    }
}

/// A packet socket in an array.
private final class PacketSocketHolder {
    let socket: PacketSocket

    init(_ family: AddressFamily) throws(Errno) {
        socket = try PacketSocket(
            interfaceIndex: 0,
            etherType: ConnectionOpening.etherType(family),
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
