import IPVS
import Primitives
import Testing

@Suite struct ConnectionTableTests {
    static let text = """
        Pro FromIP   FPrt ToIP     TPrt DestIP   DPrt State       Expires PEName PEData
        TCP C6336407 C350 C0000264 0050 0A000001 0050 ESTABLISHED     899
        TCP C6336407 0000 C0000264 0050 0A000002 0050 NONE             61
        UDP 20010db8000000000000000000000007 0035
        TCP 2001:0db8:0000:0000:0000:0000:0000:0007 C351 2001:0db8:0000:0000:0000:0000:0000:0100 01BB \
        2001:0db8:0000:0000:0000:0000:0000:0001 01BB FIN_WAIT       7 sip abc

        """

    @Test func `reads entries of both families and counts what it cannot read`() throws {
        let table = ConnectionTable(parsing: Array(Self.text.utf8))
        #expect(table.connections.count == 3)
        #expect(table.unreadable == 1)
        let first = try #require(table.connections.first)
        #expect(first.client.description == "198.51.100.7:50000")
        #expect(first.virtual.description == "192.0.2.100:80")
        #expect(first.destination.description == "10.0.0.1:80")
        #expect(first.state == "ESTABLISHED" && first.expires == 899 && first.protocolName == "TCP")
        #expect(table.connections[2].virtual.description == "[2001:db8::100]:443")
    }

    @Test func `prints what ipvsadm prints`() {
        let table = ConnectionTable(parsing: Array(Self.text.utf8.prefix(214)))
        #expect(
            table.text == """
                IPVS connection entries
                pro expire state       source             virtual        destination
                TCP 14:59  ESTABLISHED 198.51.100.7:50000 192.0.2.100:80 10.0.0.1:80
                TCP 01:01  NONE        198.51.100.7:0     192.0.2.100:80 10.0.0.2:80

                """
        )
    }

    @Test func `an empty table has no connections`() {
        let heading = Array("Pro FromIP   FPrt ToIP     TPrt DestIP   DPrt State       Expires PEName PEData\n".utf8)
        #expect(ConnectionTable(parsing: heading).connections.isEmpty)
        #expect(ConnectionTable(parsing: []).connections.isEmpty)
    }
}
