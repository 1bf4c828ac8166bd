internal import NIOCore
internal import NIOSSL
internal import Primitives

/// Decides which connections to a listener are taken in, confined to its event loop.
final class LinkAcceptor {
    /// The connection was turned away before its handshake.
    struct TurnedAway: Error {}

    let table: LinkTable
    private let context: NIOSSLContext
    private var pins: Set<KeyFingerprint>
    private var refusedLocalAddresses: Set<IPAddress> = []
    private var listeners: [any Channel] = []
    private var nextIdentifier: UInt64 = 1

    init(table: LinkTable, context: NIOSSLContext, pins: Set<KeyFingerprint>) {
        self.table = table
        self.context = context
        self.pins = pins
    }

    /// Takes a connection in or turns it away.
    func accept(_ channel: any Channel) throws {
        let remote = channel.remoteAddress?.endpoint
        if let refusal = refusal(local: channel.localAddress?.endpoint, remote: remote) {
            table.refuse(refusal, remote: remote)
            throw TurnedAway()
        }
        guard let remote else { throw TurnedAway() }
        let judge = PeerJudge { [unowned self] fingerprint in pins.contains(fingerprint) }
        let security = NIOSSLServerHandler(context: context, customVerificationCallback: judge.judge)
        let identifier = LinkIdentifier(rawValue: nextIdentifier)
        nextIdentifier += 1
        try table.add(channel, as: identifier, remote: remote, security: security, judge: judge)
    }

    private func refusal(local: Endpoint?, remote: Endpoint?) -> LinkRefusal? {
        guard let local, let remote else { return .abandoned }
        if refusedLocalAddresses.contains(local.address) { return .virtualAddress }
        if table.isBlocked { return .ownerOverloaded }
        if table.channels >= table.limits.connections { return .tooManyConnections }
        // The oldest goes, not the newest: whoever has a key is done at once, and connections that are only held open
        // keep nobody out.
        let handshakes = table.handshakes(from: remote.address)
        if handshakes.fromAddress >= table.limits.handshakesPerAddress {
            table.endOldestHandshake(from: remote.address, .tooManyHandshakesFromAddress)
        } else if handshakes.total >= table.limits.handshakes {
            table.endOldestHandshake(from: nil, .tooManyHandshakes)
        }
        return nil
    }

    /// Puts other pins in place and ends the links of keys that are not among them.
    func replacePins(_ pins: Set<KeyFingerprint>) {
        self.pins = pins
        table.endLinks { !pins.contains($0) }
    }

    /// Names the local addresses at which connections are turned away from now on.
    func replaceRefusedLocalAddresses(_ addresses: Set<IPAddress>) {
        refusedLocalAddresses = addresses
    }

    /// Keeps a listening socket for the end.
    func add(listener: any Channel) {
        listeners.append(listener)
    }

    /// Closes the listening sockets and all links.
    func stop() {
        for listener in listeners { listener.close(promise: nil) }
        listeners = []
        table.closeAll()
    }
}
