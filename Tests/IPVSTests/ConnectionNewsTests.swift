import Primitives
import Testing

@testable import IPVS

/// What a successor is told of, from the text of /proc/net/ip_vs_conn.
@Suite struct ConnectionNewsTests {
    static let heading = "Pro FromIP   FPrt ToIP     TPrt DestIP   DPrt State       Expires PEName PEData\n"

    static func news() throws -> ConnectionNews {
        let endpoints = ["192.0.2.100:80", "[2001:db8::100]:443"]
        var services: [ServiceIdentity: UInt32] = [:]
        for endpoint in endpoints {
            services[ServiceIdentity(protocol: .tcp, endpoint: try #require(Endpoint(endpoint)))] = 300
        }
        services[ServiceIdentity(protocol: .udp, endpoint: try #require(Endpoint("192.0.2.100:53")))] = 0
        return ConnectionNews(services: services)
    }

    static func line(_ port: Int, _ state: String = "ESTABLISHED", _ expires: Int = 899, to node: Int = 15) -> String {
        let port = String(port, radix: 16, uppercase: true)
        return "TCP C6336407 \(port) C0000264 0050 C000020\(String(node, radix: 16)) 0050 \(state) \(expires)\n"
    }

    static func take(_ news: inout ConnectionNews, _ lines: [String]) -> [SyncedConnection] {
        news.take(Array((heading + lines.joined()).utf8))
    }

    @Test func `tells again, and in any state, of a connection that was told to be opened`() throws {
        var news = try Self.news()
        let lines = [Self.line(50_000), Self.line(50_001, "FIN_WAIT", 119)]
        let first = Self.take(&news, lines)
        #expect(first.count == 2 && Self.take(&news, lines) == [])
        news.open(Set(first.map(\.key)))
        let second = Self.take(&news, lines)
        #expect(second.map(\.key) == first.map(\.key) && second.map(\.destination) == first.map(\.destination))
        #expect(Self.take(&news, lines) == [])
        // What has ended already takes the place of the receiver's own entry too: its client may still read.
        let message = try #require(SyncMessage.encode([second[1]], identifier: 1).first)
        #expect(message[12..<16] == [0, 0, 0, 0x83] && message[16..<18] == [0, 4])
        let plain = try #require(SyncMessage.encode([first[1]], identifier: 1).first)
        #expect(plain[12..<16] == [0, 0, 1, 0x83])
    }

    @Test func `leaves what was opened since the look began to the next look`() throws {
        var news = try Self.news()
        let old = Self.line(50_000, to: 14)
        let keys = Set(Self.take(&news, [Self.line(50_000, "SYN_RECV", 59)]).map(\.key))
        var other = try Self.news()
        let text = Array((Self.heading + old + Self.line(50_001)).utf8)
        #expect(other.take(text, openedSince: keys).map(\.key.client.port) == [50_001])
        other.open(keys)
        let next = Self.take(&other, [Self.line(50_000, to: 15), Self.line(50_001)])
        #expect(next.map(\.key) == Array(keys) && next.map(\.destination.description) == ["192.0.2.15:80"])
    }

    @Test func `reads connections of both families, templates and UDP`() throws {
        var news = try Self.news()
        let told = Self.take(
            &news,
            [
                Self.line(50_000, "SYN_RECV", 57),
                "TCP C6336407 0000 C0000264 0050 C000020F 0050 NONE             61\n",
                "TCP C6336408 0000 C0000264 0050 C000020F 0050 ASSURED          61\n",
                "UDP C6336407 C352 C0000264 0035 C000020F 0035 UDP             299\n",
                "TCP 2001:0db8:0000:0000:0000:0000:0000:0007 C351 [2001:0db8:0000:0000:0000:0000:0000:0100] 01BB "
                    + "2001:0db8:0000:0000:0000:0000:0000:0021 01BB ESTABLISHED 7\n",
            ]
        )
        #expect(
            told == [
                try SyncMessageTests.connection(
                    "198.51.100.7:50000",
                    "192.0.2.100:80",
                    "192.0.2.15:80",
                    state: 3,
                    timeout: 57,
                ),
                try SyncMessageTests.connection(
                    "198.51.100.7:0",
                    "192.0.2.100:80",
                    "192.0.2.15:80",
                    isTemplate: true,
                    state: 0,
                    timeout: 300,
                ),
                try SyncMessageTests.connection(
                    "198.51.100.8:0",
                    "192.0.2.100:80",
                    "192.0.2.15:80",
                    isTemplate: true,
                    state: 1,
                    timeout: 300,
                ),
                try SyncMessageTests.connection(
                    "198.51.100.7:50002",
                    "192.0.2.100:53",
                    "192.0.2.15:53",
                    over: .udp,
                    state: 0,
                    timeout: 299,
                ),
                try SyncMessageTests.connection(
                    "[2001:db8::7]:50001",
                    "[2001:db8::100]:443",
                    "[2001:db8::21]:443",
                    timeout: 7,
                ),
            ]
        )
    }

    @Test func `passes over what is not told of`() throws {
        var news = try Self.news()
        let told = Self.take(
            &news,
            [
                "TCP C6336407 C350 C0000265 0050 C000020F 0050 ESTABLISHED     899\n",  // another service
                "TCP C6336407 C350 C0000264 0050 C000020F 0050 ESTABLISHED     899 sip abc\n",  // needs its engine
                "TCP C6336407 C350 C0000264 0050 C000020F 0050 WHATEVER        899\n",
                "SCTP C6336407 C350 C0000264 0050 C000020F 0050 ESTABLISHED     899\n",
                "TCP C6336407 C350 C0000264 0050\n",
                "TCP XYZ C350 C0000264 00500 C000020F 0050 ESTABLISHED 899\n",
            ]
        )
        #expect(told.isEmpty)
        #expect(news.count == 0)
    }

    @Test func `tells only what is new, so that it sets nothing back`() throws {
        var news = try Self.news()
        #expect(Self.take(&news, [Self.line(50_000), Self.line(50_001, "SYN_RECV", 60)]).count == 2)
        #expect(Self.take(&news, [Self.line(50_000), Self.line(50_001, "SYN_RECV", 59)]).isEmpty)
        let next = Self.take(&news, [Self.line(50_000, to: 14), Self.line(50_001), Self.line(50_002)])
        #expect(next.map(\.key.client.port) == [50_000, 50_001, 50_002], "another server, another state, another one")
        #expect(Self.take(&news, [Self.line(50_002)]).isEmpty)
        #expect(news.count == 3)
    }

    @Test func `of what ends only the freshest is told, of what lives all`() throws {
        var news = try Self.news()
        let told = Self.take(
            &news,
            [
                Self.line(10_000, "FIN_WAIT", 120), Self.line(10_001, "FIN_WAIT", 115),
                Self.line(10_002, "FIN_WAIT", 114), Self.line(10_003, "TIME_WAIT", 60),
                Self.line(10_004, "ESTABLISHED", 2), Self.line(10_005),
            ]
        )
        #expect(told.map(\.key.client.port) == [10_000, 10_001, 10_003, 10_004, 10_005])
    }

    @Test func `of a great table only what is young is told, of templates too`() throws {
        let connections = [
            Self.line(10_000), Self.line(10_001, "ESTABLISHED", 893), Self.line(10_002, "SYN_RECV", 60),
            "TCP C6336407 0000 C0000264 0050 C000020F 0050 NONE            299\n",
            "TCP C6336408 0000 C0000264 0050 C000020F 0050 NONE             61\n",
        ]
        var news = try Self.news()
        let padding = [String](repeating: "x\n", count: ConnectionNews.entryLimit - connections.count)
        #expect(Self.take(&news, connections + padding).map(\.key.client.port) == [10_000, 10_002, 0])
        news = try Self.news()
        #expect(Self.take(&news, connections + padding.dropLast()).count == 5)
    }
}
