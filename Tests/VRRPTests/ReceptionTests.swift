import Primitives
import Testing
import VRRP

/// RFC 9568 section 7.1 with its errata and RFC 3768 section 7.1: one row that obeys, and one per cause of refusal.
@Suite(.tags(.rfc9568))
struct ReceptionTests {
    static let ipv4 = VirtualRouterSettings(
        name: "lan",
        virtualRouterIdentifier: 51,
        interface: "eth0",
        addresses: ["192.0.2.100", "192.0.2.101"].map { Prefix(host: Vectors.address($0)) }
    )
    static let ipv6 = VirtualRouterSettings(
        name: "six",
        virtualRouterIdentifier: 51,
        interface: "eth0",
        addresses: ["fe80::5e:33", "2001:db8::100"].map { Prefix(host: Vectors.address($0)) }
    )
    static var version2: VirtualRouterSettings {
        var settings = ipv4
        settings.version = .version2
        settings.advertisementInterval = .seconds(1)
        settings.authentication = Authentication(password: "s3cret") ?? .none
        return settings
    }

    func judge(
        _ settings: VirtualRouterSettings,
        source: String? = nil,
        destination: String? = nil,
        primary: String? = nil,
        _ change: (inout Advertisement) -> Void = { _ in },
    ) throws(Rejection) -> Reception {
        var advertisement = Advertisement(of: settings, priority: 120)
        change(&advertisement)
        let isIPv4 = settings.family == .ipv4
        return try Reception.judge(
            advertisement,
            from: Vectors.address(source ?? (isIPv4 ? "192.0.2.2" : "fe80::2")),
            to: destination.map(Vectors.address) ?? ProtocolVersion.group(settings.family),
            by: settings,
            primaryAddress: Vectors.address(primary ?? (isIPv4 ? "192.0.2.1" : "fe80::1"))
        )
    }

    @Test(arguments: [ReceptionTests.ipv4, ReceptionTests.ipv6, ReceptionTests.version2])
    func `accepts what agrees`(_ settings: VirtualRouterSettings) throws {
        #expect(try judge(settings).remarks.isEmpty)
        // The order of the list says nothing.
        #expect(try judge(ReceptionTests.ipv4) { $0.addresses.reverse() }.remarks.isEmpty)
    }

    @Test func `refuses another version`() {
        #expect(throws: Rejection.wrongVersion) {
            try judge(Self.ipv4) { $0.form = .version2(advertisementInterval: 1, authentication: .none) }
        }
        #expect(throws: Rejection.wrongVersion) {
            try judge(Self.version2) { $0.form = .version3(maxAdvertiseInterval: 100) }
        }
    }

    @Test func `refuses another virtual router`() {
        #expect(throws: Rejection.unknownVirtualRouter) { try judge(Self.ipv4) { $0.virtualRouterIdentifier = 52 } }
        #expect(throws: Rejection.unknownVirtualRouter) { try judge(Self.ipv4, source: "fe80::2") }
    }

    @Test func `a multicast router refuses unicast`() {
        #expect(throws: Rejection.wrongDestination) { try judge(Self.ipv4, destination: "192.0.2.1") }
    }

    @Test func `refuses its own advertisement`() {
        #expect(throws: Rejection.ownSource) { try judge(Self.ipv4, source: "192.0.2.1") }
    }

    @Test func `refuses an empty list of addresses, erratum 8299`() {
        #expect(throws: Rejection.noAddresses) { try judge(Self.ipv4) { $0.addresses = [] } }
        #expect(throws: Rejection.noAddresses) { try judge(Self.version2) { $0.addresses = [] } }
    }

    @Test func `refuses an interval of zero, erratum 8301`() {
        #expect(throws: Rejection.zeroInterval) {
            try judge(Self.ipv4) { $0.form = .version3(maxAdvertiseInterval: 0) }
        }
    }

    @Test func `refuses IPv6 whose first address is not link-local, erratum 8300`() {
        #expect(throws: Rejection.firstAddressNotLinkLocal) { try judge(Self.ipv6) { $0.addresses.reverse() } }
    }

    @Test func `version 3 only remarks on another interval and another list`() throws {
        let interval = try judge(Self.ipv4) { $0.form = .version3(maxAdvertiseInterval: 4095) }
        #expect(interval.remarks == .intervalMismatch)
        let list = try judge(Self.ipv4) { $0.addresses.removeLast() }
        #expect(list.remarks == .addressListMismatch)
    }

    @Test func `version 2 refuses another interval`() {
        #expect(throws: Rejection.intervalMismatch) {
            try judge(Self.version2) {
                $0.form = .version2(advertisementInterval: 2, authentication: Self.version2.authentication)
            }
        }
    }

    @Test(arguments: [UInt8(0), 1, 120, 255])
    func `version 2 only remarks on another list, whoever sends it`(_ priority: UInt8) throws {
        let shorter = try judge(Self.version2) {
            $0.priority = priority
            $0.addresses.removeLast()
        }
        #expect(shorter.remarks == .addressListMismatch)
        let longer = try judge(Self.version2) {
            $0.priority = priority
            $0.addresses.append(Vectors.address("192.0.2.102"))
        }
        #expect(longer.remarks == .addressListMismatch)
    }

    @Test func `version 2 refuses another type of authentication and another password`() {
        #expect(throws: Rejection.wrongAuthenticationType) {
            try judge(Self.version2) { $0.form = .version2(advertisementInterval: 1, authentication: .none) }
        }
        #expect(throws: Rejection.authenticationFailed) {
            try judge(Self.version2) {
                $0.form = .version2(
                    advertisementInterval: 1,
                    authentication: Authentication(password: "s3cre") ?? .none
                )
            }
        }
    }

    @Test func `settings that the protocol cannot carry are refused`() {
        func problem(_ change: (inout VirtualRouterSettings) -> Void) -> VirtualRouterSettings.Problem? {
            var settings = Self.ipv4
            change(&settings)
            return settings.firstProblem()
        }
        #expect(problem { _ in } == nil)
        #expect(Self.ipv6.firstProblem() == nil)
        #expect(Self.version2.firstProblem() == nil)
        #expect(problem { $0.virtualRouterIdentifier = 0 } == .virtualRouterIdentifier)
        #expect(problem { $0.priority = 0 } == .priority)
        #expect(problem { $0.advertisementInterval = .milliseconds(15) } == .advertisementInterval)
        #expect(problem { $0.advertisementInterval = .zero } == .advertisementInterval)
        #expect(problem { $0.advertisementInterval = .seconds(41) } == .advertisementInterval)
        #expect(problem { $0.addresses = [] } == .addressCount)
        #expect(problem { $0.addresses += Self.ipv6.addresses } == .mixedFamilies)
        #expect(problem { $0.addresses = Self.ipv6.addresses.reversed() } == .firstAddressNotLinkLocal)
        #expect(
            problem {
                $0 = Self.ipv6
                $0.version = .version2
            } == .versionOfFamily
        )
        #expect(problem { $0.version = .version2 } == .advertisementInterval)
    }
}
