package import Primitives

/// An address on an interface, as `ip address show` prints it.
package struct InterfaceAddress: Hashable, Sendable {
    /// The interface's index.
    package var interfaceIndex: Int32
    /// The address and its prefix length.
    package var prefix: Prefix
    /// The scope: 0 global, 253 link, 254 host.
    package var scope: UInt8
    /// The `IFA_F_*` flags.
    package var flags: UInt32
    /// The IPv4 label, if it is not the interface's name alone.
    package var label: String?
    /// Who put it there (`IFA_PROTO`), where the kernel keeps that.
    package var protocolTag: UInt8?

    /// `RT_SCOPE_UNIVERSE`.
    package static let globalScope: UInt8 = 0
    /// `RT_SCOPE_HOST`.
    package static let hostScope: UInt8 = 254
    /// `IFA_F_NODAD`: no duplicate address detection (IPv6).
    package static let noDADFlag: UInt32 = 0x02
    /// `IFA_F_DADFAILED`: another node has it (IPv6).
    package static let dadFailedFlag: UInt32 = 0x08
    /// `IFA_F_TENTATIVE`: duplicate address detection is under way (IPv6).
    package static let tentativeFlag: UInt32 = 0x40

    /// Makes an address.
    package init(
        interfaceIndex: Int32,
        prefix: Prefix,
        scope: UInt8 = Self.globalScope,
        flags: UInt32 = 0,
        label: String? = nil,
        protocolTag: UInt8? = nil,
    ) {
        self.interfaceIndex = interfaceIndex
        self.prefix = prefix
        self.scope = scope
        self.flags = flags
        self.label = label
        self.protocolTag = protocolTag
    }

    /// Whether it bears Tandem's mark.
    package var isMarked: Bool { OwnershipMark.isOn(self) }

    /// Decodes `struct ifaddrmsg` and its attributes; nothing for families other than IPv4 and IPv6.
    ///
    ///     | family, 1 | prefix length, 1 | flags, 1 | scope, 1 | index, 4 |
    package static func decode(_ payload: ArraySlice<UInt8>) throws(NetlinkMalformed) -> InterfaceAddress? {
        guard let header = NativeBytes.read(payload, as: UInt8.self),
            let length = NativeBytes.read(payload, at: 1, as: UInt8.self),
            let shortFlags = NativeBytes.read(payload, at: 2, as: UInt8.self),
            let scope = NativeBytes.read(payload, at: 3, as: UInt8.self),
            let index = NativeBytes.read(payload, at: 4, as: Int32.self)
        else { throw NetlinkMalformed() }
        guard AddressFamily(rawValue: header) != nil else { return nil }
        var local: IPAddress?
        var address: IPAddress?
        var flags = UInt32(shortFlags)
        var label: String?
        var tag: UInt8?
        var reader = AttributeReader(payload.dropFirst(8))
        while let attribute = try reader.next() {
            switch attribute.type {
            case 1: address = IPAddress(bytes: attribute.payload)
            case 2: local = IPAddress(bytes: attribute.payload)
            case 3: label = attribute.string
            case 8: flags = attribute.uint32 ?? flags
            case 11: tag = attribute.uint8
            default: continue
            }
        }
        guard let own = local ?? address, own.family.rawValue == header,
            let prefix = Prefix(address: own, length: length)
        else { throw NetlinkMalformed() }
        return InterfaceAddress(
            interfaceIndex: index,
            prefix: prefix,
            scope: scope,
            flags: flags,
            label: label.flatMap { $0.contains(":") ? $0 : nil },
            protocolTag: tag,
        )
    }
}
