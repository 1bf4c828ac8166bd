package import Primitives
internal import SystemPackage

/// inet_diag requests (sock_diag(7)): what `ss -tn` does.
package struct SocketDiagnostics: ~Copyable {
    private let socket: NetlinkSocket

    /// The states of a connection that still carries something: all but LISTEN, TIME_WAIT, SYN_SENT and CLOSE.
    private static let connectedStates: UInt32 = 1 << 1 | 1 << 3 | 1 << 4 | 1 << 5 | 1 << 8 | 1 << 9 | 1 << 11 | 1 << 12

    /// The states of a connection that may stand in a listener's queue: ESTABLISHED, and CLOSE_WAIT.
    private static let queuedStates: UInt32 = 1 << 1 | 1 << 8

    /// Opens a socket.
    package init() throws(NetlinkError) {
        socket = try NetlinkSocket(family: 4, operation: "open inet_diag")
    }

    /// Dumps the listening sockets of a family: `ss -4ltn`; an IPv6 listener may serve IPv4 as well.
    package func listeners(family: AddressFamily) throws(NetlinkError) -> [Listener] {
        let message = Self.message(family, states: 1 << UInt32(DiagnosedSocket.listen))
        return try dump(message, "dump listeners").map(Listener.init)
    }

    /// Dumps the listening sockets of both families.
    package func listeners() throws(NetlinkError) -> [Listener] {
        try listeners(family: .ipv4) + listeners(family: .ipv6)
    }

    /// Counts the connections to a local address: `ss -tn src ADDRESS`.
    ///
    /// Those that an IPv6 socket accepted for an IPv4 address count too. The clients of a port are those connections to
    /// it whose other end is not the address itself: the node's own to its own service have it at both ends.
    package func connectionCounts(localAddress: IPAddress) throws(NetlinkError) -> (all: Int, clients: [UInt16: Int]) {
        var counts = (all: 0, clients: [UInt16: Int]())
        // An IPv6 address has no IPv4 sockets; an IPv4 address may have IPv6 ones.
        for family in AddressFamily.allCases where localAddress.family == .ipv4 || family == .ipv6 {
            let message = Self.message(family, states: Self.connectedStates)
            message.put(1, bytes: Self.localAddressFilter(localAddress))
            // Kernels without this filter answer with all of them.
            for socket in try dump(message, "count connections") where socket.local.address == localAddress {
                counts.all += 1
                if socket.remote.address != localAddress { counts.clients[socket.local.port, default: 0] += 1 }
            }
        }
        return counts
    }

    /// Whether a connection stands in its listener's queue and no program has accepted it: `ss -tne` shows no inode.
    package func isWaitingForAccept(local: Endpoint, remote: Endpoint) throws(NetlinkError) -> Bool {
        precondition(local.address.family == remote.address.family, "the ends are of different families")
        func padded(_ address: IPAddress) -> [UInt8] {
            address.bytes + [UInt8](repeating: 0, count: 16 - address.bytes.count)
        }
        func bigEndian(_ port: UInt16) -> [UInt8] { [UInt8(port >> 8), UInt8(port & 0xff)] }
        let identity =
            bigEndian(local.port) + bigEndian(remote.port) + padded(local.address) + padded(remote.address)
            // Any interface and any cookie.
            + NativeBytes.of(UInt32(0)) + [UInt8](repeating: 0xff, count: 8)
        let header = [local.address.family.rawValue, TransportProtocol.tcp.rawValue, 0, 0] + NativeBytes.of(UInt32.max)
        let message = NetlinkMessage(type: 20, flags: NetlinkMessage.acknowledged, header: header + identity)
        let request = NetlinkRequest(message, operation: "look at connection", subject: "\(local) from \(remote)")
        let frames: [NetlinkFrame]
        do {
            frames = try socket.perform(request)
        } catch  where error.code == .noSuchFileOrDirectory {
            return false
        }
        do throws(NetlinkMalformed) {
            for frame in frames where frame.type == 20 {
                guard let found = try DiagnosedSocket.decode(frame.payload), found.remote.port == remote.port else {
                    continue  // The listener itself, where the connection is gone.
                }
                return found.inode == 0 && Self.queuedStates & 1 << UInt32(found.state) != 0
            }
        } catch {
            throw NetlinkError(operation: request.operation, code: .badMessage, subject: request.subject)
        }
        return false
    }

    /// `struct inet_diag_req_v2` for TCP: family, protocol, extensions, padding, states, and an empty socket identity.
    private static func message(_ family: AddressFamily, states: UInt32) -> NetlinkMessage {
        let header = [family.rawValue, TransportProtocol.tcp.rawValue, 0, 0] + NativeBytes.of(states)
        return NetlinkMessage(
            type: 20,
            flags: NetlinkMessage.dump,
            header: header + [UInt8](repeating: 0, count: 48),
        )
    }

    /// Byte code that accepts a local address only: one `INET_DIAG_BC_S_COND` with its `struct inet_diag_hostcond`.
    ///
    ///     | code, 1 | yes, 1 | no, 2 | family, 1 | prefix length, 1 | 0, 2 | port, 4 (-1: any) | address |
    static func localAddressFilter(_ address: IPAddress) -> [UInt8] {
        let condition =
            [address.family.rawValue, Prefix.maximumLength(address.family), 0, 0] + NativeBytes.of(Int32(-1))
        let length = 4 + condition.count + address.bytes.count
        // "No" jumps four bytes past the end, which refuses; "yes" jumps to the end, which accepts.
        return [7, UInt8(length)] + NativeBytes.of(UInt16(length + 4)) + condition + address.bytes
    }

    private func dump(_ message: consuming NetlinkMessage, _ operation: String) throws(NetlinkError)
        -> [DiagnosedSocket]
    {
        let frames = try socket.dump(NetlinkRequest(message, operation: operation))
        var sockets: [DiagnosedSocket] = []
        do throws(NetlinkMalformed) {
            for frame in frames where frame.type == 20 {
                if let socket = try DiagnosedSocket.decode(frame.payload) { sockets.append(socket) }
            }
        } catch {
            throw NetlinkError(operation: operation, code: .badMessage)
        }
        return sockets
    }
}
