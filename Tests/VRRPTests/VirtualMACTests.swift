import Primitives
import Testing
import VRRP

@Suite struct `Virtual MAC` {
    @Test func `it has the prefix of the family and the VRID, RFC 9568 section 7.3`() {
        #expect("\(MACAddress.virtualRouter(51, .ipv4))" == "00:00:5e:00:01:33")
        #expect("\(MACAddress.virtualRouter(255, .ipv6))" == "00:00:5e:00:02:ff")
    }

    @Test func `it is known again, and nothing else is taken for one`() {
        for identifier in UInt8(1)...255 {
            for family in [AddressFamily.ipv4, .ipv6] {
                let router = MACAddress.virtualRouter(identifier, family).virtualRouter
                #expect(router?.identifier == identifier && router?.family == family)
            }
        }
        for text in ["00:00:5e:00:01:00", "00:00:5e:00:03:33", "02:00:5e:00:01:33", "00:00:5f:00:01:33"] {
            #expect(MACAddress(text)?.virtualRouter == nil, "\(text)")
        }
    }

    @Test(arguments: Vectors.all.filter { $0.frame.hasPrefix("0100") || $0.frame.hasPrefix("3333") })
    func `a whole frame has the virtual MAC as its source`(vector: Vectors.Vector) {
        let source = Vectors.address(vector.source)
        let group = Vectors.address(vector.destination)
        let message = vector.advertisement.encode(from: source, to: group, checksum: vector.checksumForm)
        let mac = MACAddress.virtualRouter(vector.advertisement.virtualRouterIdentifier, source.family)
        #expect(AdvertisementFrame.frame(message, from: source, to: group, at: mac) == Vectors.bytes(vector.frame))
    }
}
