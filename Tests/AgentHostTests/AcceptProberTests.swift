import AgentCore
import AgentHost
import AgentProtocol
import Glibc
import Linux
import Primitives
import TestNetwork
import Testing

/// Real listeners, in a namespace of their own; needs root, as the product does.
@Suite struct AcceptProberTests {
    @Test(arguments: ["127.0.0.1:8080", "[::1]:8080"])
    func `a service that accepts no connection hangs, until it does`(_ end: String) throws {
        try NetworkNamespace.run {
            let host = try Host()
            let service = ServiceIdentity(protocol: .tcp, endpoint: try #require(Endpoint(end)))
            let listener = try Self.listen(port: 8080)
            defer { close(listener) }
            var prober = AcceptProber()
            func play(_ length: Interval, accepting: Bool) -> [Interval?] {
                var found: [Interval?] = []
                let limit = Clock.now + length
                while Clock.now < limit {
                    usleep(10_000)
                    while accepting, case let taken = accept(listener, nil, nil), taken >= 0 { close(taken) }
                    found += prober.work(on: [service], patience: .milliseconds(600), host, at: Clock.now).map(\.stall)
                }
                return found
            }
            #expect(play(.milliseconds(1_500), accepting: true).isEmpty)
            let hanging = play(.milliseconds(1_500), accepting: false)
            #expect(hanging.count == 1 && (hanging.first ?? nil) ?? .zero >= .milliseconds(600), "\(hanging)")
            #expect(play(.seconds(1), accepting: true) == [nil])
        }
    }

    @Test func `a service that is not there does not hang`() throws {
        try NetworkNamespace.run {
            let host = try Host()
            let service = ServiceIdentity(protocol: .tcp, endpoint: try #require(Endpoint("127.0.0.1:8080")))
            var prober = AcceptProber()
            let limit = Clock.now + .seconds(1)
            while Clock.now < limit {
                usleep(10_000)
                #expect(prober.work(on: [service], patience: .milliseconds(600), host, at: Clock.now).isEmpty)
            }
            #expect(prober.work(on: [], patience: .milliseconds(600), host, at: Clock.now).isEmpty)
            #expect(prober.deadline == nil)
        }
    }

    /// Listens at every address of both families, as web servers do, and never waits in accept.
    private static func listen(port: UInt16) throws -> Int32 {
        let kind = Int32(SOCK_STREAM.rawValue) | Int32(SOCK_NONBLOCK.rawValue)
        let descriptor = socket(AF_INET6, kind, 0)
        var address = sockaddr_in6()
        address.sin6_family = sa_family_t(AF_INET6)
        address.sin6_port = port.bigEndian
        let size = socklen_t(MemoryLayout<sockaddr_in6>.size)
        let result = withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { bind(descriptor, $0, size) }
        }
        try #require(result == 0 && Glibc.listen(descriptor, 8) == 0)
        return descriptor
    }
}
