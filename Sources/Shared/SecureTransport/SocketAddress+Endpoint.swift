internal import NIOCore
internal import Primitives

extension SocketAddress {
    /// The address of an endpoint.
    init(_ endpoint: Endpoint) throws {
        try self.init(packedIPAddress: ByteBuffer(bytes: endpoint.address.bytes), port: Int(endpoint.port))
    }

    /// The endpoint of an internet address.
    var endpoint: Endpoint? {
        guard let text = ipAddress, let address = IPAddress(text), let port = port.flatMap(UInt16.init(exactly:)) else {
            return nil
        }
        return Endpoint(address: address, port: port)
    }
}
