import ConfigurationSyntax
import DirectorConfiguration
import DirectorCore
import Foundation
import Primitives
import Testing
import VRRP

@Suite struct `Virtual MAC in the configuration` {
    private func configuration(_ line: String) throws -> DirectorConfiguration {
        let text = try Files.text(ofExample: "director-lb1.yaml")
        let marked = text.replacing("    vrid: 51\n", with: "    vrid: 51\n\(line)")
        return try DirectorConfiguration.parse(Source(name: "director-lb1.yaml", text: marked))
    }

    @Test func `it is off unless asked for, and both directors have to agree on it`() throws {
        let plain = try configuration("")
        let off = try configuration("    virtual_mac: false\n")
        let on = try configuration("    virtual_mac: true\n")
        #expect(plain.election.routers.map(\.virtualMAC) == [nil])
        #expect(off.election == plain.election)
        #expect(off.digest == plain.digest)
        #expect(on.election.routers.map(\.virtualMAC) == [MACAddress("00:00:5e:00:01:33")])
        #expect(on.digest != plain.digest)
    }
}
