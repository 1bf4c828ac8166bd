import CLinux
import Glibc
import Health
import Linux
import Primitives
import Testing

@testable import Probing

@Suite struct `Sockets that connect again` {
    @Test(arguments: [IPAddress.v4(IPv4Address(127, 0, 0, 1)), .v6(IPv6Address(high: 0, low: 1))])
    func `reach the other end by RST and come from another port each time`(address: IPAddress) throws {
        let server = try Listener(at: address)
        var pool = SocketPool()
        var seen: [Int32] = []
        var ports: Set<UInt16> = []
        for _ in 0..<50 {
            let socket = try #require(connect(to: server, by: pool.take(from: address)))
            seen.append(socket.raw)
            let accepted = accept(server.descriptor, nil, nil)
            try #require(accepted >= 0)
            defer { close(accepted) }
            ports.insert(SocketAddress.port(of: socket.raw))
            pool.put(socket)
            var byte: UInt8 = 0
            #expect(recv(accepted, &byte, 1, 0) == -1 && errno == ECONNRESET)
        }
        // One socket did all of it.
        #expect(Set(seen).count == 1 && pool.count == 1)
        #expect(ports.count == 50)
        // Closed in the end it resets as well.
        _ = try #require(connect(to: server, by: pool.take(from: address)))
        let accepted = accept(server.descriptor, nil, nil)
        defer { close(accepted) }
        var byte: UInt8 = 0
        #expect(recv(accepted, &byte, 1, 0) == -1 && errno == ECONNRESET)
    }

    @Test func `are told as refused by whoever refuses, after a connection that stood`() throws {
        let address = IPAddress.v4(IPv4Address(127, 0, 0, 1))
        let server = try Listener(at: address)
        var pool = SocketPool()
        pool.put(try #require(connect(to: server, by: nil)))
        server.stop()
        let now = Clock.now
        switch TCPAttempt.start(server.endpoint, from: address, by: pool.take(from: address), at: now) {
        case .done(.failed(.probeRefused, evidence: _)): break
        case .pending(let attempt):
            guard case .failed(.probeRefused, evidence: _) = attempt.outcome(at: now) else {
                Issue.record("not refused")
                return
            }
        case .connected, .done: Issue.record("not refused")
        }
    }

    @Test func `belong to their own address, and are few`() throws {
        let server = try Listener(at: .v4(IPv4Address(127, 0, 0, 1)))
        var pool = SocketPool()
        let sockets = (0...SocketPool.limit).compactMap { _ in connect(to: server, by: nil) }
        #expect(sockets.count == SocketPool.limit + 1)
        for socket in sockets { pool.put(socket) }
        #expect(pool.count == SocketPool.limit)
        #expect(pool.take(from: .v4(IPv4Address(127, 0, 0, 2))) == nil)
        #expect(pool.take(from: server.endpoint.address) != nil)
        pool.clear()
        #expect(pool.count == 0 && pool.take(from: server.endpoint.address) == nil)
    }

    /// A socket that is connected to the server, a fresh one if there is none.
    private func connect(to server: Listener, by pooled: ProbeSocket?) -> ProbeSocket? {
        switch TCPAttempt.start(server.endpoint, from: server.endpoint.address, by: pooled, at: Clock.now) {
        case .done: return nil
        case .connected(let attempt): return attempt.socket
        case .pending(let attempt):
            var entry = pollfd(fd: attempt.socket.raw, events: Int16(POLLOUT), revents: 0)
            guard unsafe poll(&entry, 1, 5_000) == 1, case .passed(_) = attempt.outcome(at: Clock.now) else {
                return nil
            }
            return attempt.socket
        }
    }

}

/// A listener on a loopback address.
private final class Listener {
    let descriptor: Int32
    private(set) var endpoint: Endpoint

    init(at address: IPAddress) throws {
        descriptor = socket(Int32(address.family.rawValue), Int32(SOCK_STREAM.rawValue), 0)
        try #require(SocketAddress.bind(descriptor, to: Endpoint(address: address, port: 0)) == nil)
        try #require(listen(descriptor, 128) == 0)
        endpoint = Endpoint(address: address, port: SocketAddress.port(of: descriptor))
    }

    func stop() { shutdown(descriptor, Int32(SHUT_RDWR)) }

    deinit { close(descriptor) }
}
