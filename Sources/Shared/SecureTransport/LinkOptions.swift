internal import NIOCore
internal import Primitives

/// Socket and channel options that both ends of a link set alike.
struct LinkOptions {
    let limits: LinkLimits

    /// `TCP_USER_TIMEOUT` of linux/tcp.h, which NIO does not name.
    static let userTimeout = ChannelOptions.Types.SocketOption(level: .tcp, name: .init(rawValue: 18))
    /// `IPV6_V6ONLY` of linux/in6.h: IPv4 has a socket of its own, so that no mapped address is ever seen.
    static let ipv6Only = ChannelOptions.Types.SocketOption(level: .ipv6, name: .init(rawValue: 26))
    static let noDelay = ChannelOptions.Types.SocketOption(level: .tcp, name: .tcp_nodelay)
    static let reuseAddress = ChannelOptions.Types.SocketOption(level: .socket, name: .so_reuseaddr)

    var userTimeoutMilliseconds: ChannelOptions.Types.SocketOption.Value { .init(limits.unacknowledged.milliseconds) }
    var readBuffer: FixedSizeRecvByteBufferAllocator { FixedSizeRecvByteBufferAllocator(capacity: limits.readSize) }
    var waterMark: ChannelOptions.Types.WriteBufferWaterMark {
        .init(low: limits.writeBuffer / 2, high: limits.writeBuffer)
    }
}
