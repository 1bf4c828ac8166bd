internal import Primitives

/// The messages of the kernel's connection synchronization, version 1 (ip_vs_sync.c, `struct ip_vs_sync_mesg`).
///
///      0                   1                   2                   3
///      0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
///     +---------------+---------------+-------------------------------+
///     |       0       |    sync id    |     bytes of the message      |
///     +---------------+---------------+-------------------------------+
///     |  connections  |  version = 1  |               0               |
///     +---------------+---------------+-------------------------------+
///     | 0: v4, 1: v6  |   protocol    |   bytes of this connection    |
///     +---------------+---------------+-------------------------------+
///     |                             flags                             |
///     +-------------------------------+-------------------------------+
///     |             state             |         client's port         |
///     +-------------------------------+-------------------------------+
///     |         virtual port          |      real server's port       |
///     +-------------------------------+-------------------------------+
///     |                   firewall mark of the service                |
///     +---------------------------------------------------------------+
///     |                        timeout, seconds                       |
///     +---------------------------------------------------------------+
///     |       client's, virtual and real server's address, each       |
///     |                     4 or 16 bytes, and so on                  |
package enum SyncMessage {
    /// No receiver takes less (ip_vs_sync.c, `start_sync_thread`), and it fits into one Ethernet frame.
    static let sizeLimit = 1024
    private static let headerSize = 8

    /// `IP_VS_CONN_F_DROUTE`, and `IP_VS_CONN_F_NOOUTPUT` that goes with it: the answers do not come this way.
    private static let directRouting: UInt32 = 0x0083
    /// `IP_VS_CONN_F_LOCALNODE` and `IP_VS_CONN_F_NOOUTPUT`: the receiver's own sockets get it.
    private static let local: UInt32 = 0x0081
    /// `IP_VS_CONN_F_INACTIVE`: gives way to what the receiver remembers of the same client and port.
    private static let inactive: UInt32 = 0x0100
    /// `IP_VS_CONN_F_TEMPLATE`.
    private static let template: UInt32 = 0x1000

    /// Encodes connections into as many messages as they need; all that have a
    /// real server are taken to be forwarded by direct routing.
    package static func encode(_ connections: [SyncedConnection], identifier: UInt8) -> [[UInt8]] {
        var messages: [[UInt8]] = []
        var body = ByteWriter()
        var count: UInt8 = 0
        func finish() {
            guard count > 0 else { return }
            var message = ByteWriter()
            message.write(UInt8(0))
            message.write(identifier)
            message.write(UInt16(headerSize + body.count))
            message.write(count)
            message.write(UInt8(1))
            message.write(UInt16(0))
            message.write(bytes: body.bytes)
            messages.append(message.bytes)
            (body, count) = (ByteWriter(), 0)
        }
        for connection in connections {
            if headerSize + body.count + size(of: connection) > sizeLimit { finish() }
            write(connection, to: &body)
            count += 1
        }
        finish()
        return messages
    }

    private static func size(of connection: SyncedConnection) -> Int {
        24 + 3 * connection.key.client.address.bytes.count
    }

    private static func write(_ connection: SyncedConnection, to body: inout ByteWriter) {
        let virtual = connection.key.service.endpoint
        var flags = connection.isPending ? local : directRouting
        if connection.isTemplate {
            flags |= template
        } else if !connection.takesPlace {
            flags |= inactive
        }
        body.write(UInt8(virtual.address.family == .ipv6 ? 1 : 0))
        body.write(connection.key.service.protocol.rawValue)
        body.write(UInt16(size(of: connection)))
        body.write(flags)
        body.write(connection.state)
        body.write(connection.key.client.port)
        body.write(virtual.port)
        body.write(connection.destination.port)
        body.write(UInt32(0))
        // Zero would ask for the state's full time.
        body.write(max(connection.timeout, 1))
        for address in [connection.key.client.address, virtual.address, connection.destination.address] {
            body.write(bytes: address.bytes)
        }
    }
}
