import Glibc
import NIOCore
import NIOPosix
import NIOSSL
import Primitives
import Testing

/// A plain TCP socket that connects to a listener and does as it pleases.
struct HostileClient {
    private let descriptor: Int32

    init(_ endpoint: Endpoint) throws {
        descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        try #require(descriptor >= 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = endpoint.port.bigEndian
        address.sin_addr.s_addr = try #require(endpoint.address.ipv4).rawValue.bigEndian
        let result = withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        try #require(result == 0, "errno \(errno)")
    }

    func send(_ text: String) {
        let bytes = Array(text.utf8)
        _ = Glibc.send(descriptor, bytes, bytes.count, Int32(MSG_NOSIGNAL))
    }

    /// Waits until the other end closes.
    func waitForEnd() {
        var buffer = [UInt8](repeating: 0, count: 4096)
        while recv(descriptor, &buffer, buffer.count, 0) > 0 {}
    }

    func close() {
        Glibc.close(descriptor)
    }
}

/// Speaks TLS of the caller's making to an endpoint, until the channel it returns is closed.
func hostileTLS(_ configuration: TLSConfiguration, to endpoint: Endpoint) async throws -> any Channel {
    let context = try NIOSSLContext(configuration: configuration)
    return try await ClientBootstrap(group: loops)
        .channelInitializer { channel in
            channel.eventLoop.makeCompletedFuture {
                try channel.pipeline.syncOperations.addHandler(
                    NIOSSLClientHandler(context: context, serverHostname: nil)
                )
            }
        }
        .connect(host: "\(endpoint.address)", port: Int(endpoint.port)).get()
}
