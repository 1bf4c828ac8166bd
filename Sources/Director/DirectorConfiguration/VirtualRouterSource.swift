internal import ConfigurationSyntax
internal import Primitives
internal import VRRP

/// An item of `virtual_routers` as written.
struct VirtualRouterSource {
    var name: Located<String>?
    var virtualRouterIdentifier: Located<Int>?
    var interface: Located<String>?
    var priority: Located<Int>?
    var advertisementInterval: Located<Interval>?
    var preemptMode: Located<Bool>?
    var addresses: [Located<Prefix>]?
    /// Whether every address could be read.
    var hasAllAddresses: Bool

    init(_ fields: inout MappingDecoder) {
        name = fields.required("name", .name)
        virtualRouterIdentifier = fields.required("vrid", .integer(1...255))
        interface = fields.optional("interface", .interfaceName)
        priority = fields.optional("priority", .integer(1...255))
        // Maximum Advertise Interval has 12 bits and counts centiseconds (RFC 9568 section 5.2.7).
        advertisementInterval = fields.optional(
            "advertisement_interval",
            .duration(.centiseconds(1) ... .centiseconds(4_095), multipleOf: .centiseconds(1)),
        )
        preemptMode = fields.optional("preempt", .boolean)
        // An advertisement counts its addresses in one octet; with 20 it still fits into the smallest IPv4 datagram.
        let problems = fields.diagnostics.count
        addresses = fields.required("addresses", .list(of: Format<Prefix>.prefix, atMost: 64))?.value
        hasAllAddresses = fields.diagnostics.count == problems
    }

    func settings(interface default: String) -> VirtualRouterSettings? {
        guard let name, let virtualRouterIdentifier, let addresses else { return nil }
        var settings = VirtualRouterSettings(
            name: name.value,
            virtualRouterIdentifier: UInt8(virtualRouterIdentifier.value),
            interface: interface?.value ?? `default`,
            addresses: addresses.map(\.value),
        )
        if let priority { settings.priority = UInt8(priority.value) }
        if let advertisementInterval { settings.advertisementInterval = advertisementInterval.value }
        if let preemptMode { settings.preemptMode = preemptMode.value }
        return settings
    }
}

extension Format where Value == VirtualRouterSource {
    static var virtualRouter: Format {
        Format("a virtual router") { node, diagnostics in
            guard var fields = MappingDecoder(node, as: "a virtual router", diagnostics) else { return nil }
            defer { fields.finish() }
            return VirtualRouterSource(&fields)
        }
    }
}
