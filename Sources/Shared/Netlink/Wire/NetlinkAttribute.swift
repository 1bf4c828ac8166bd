/// One netlink attribute (`struct nlattr`), its flag bits removed.
package struct NetlinkAttribute: Hashable, Sendable {
    /// The type, without `NLA_F_NESTED` and `NLA_F_NET_BYTEORDER`.
    package var type: UInt16
    /// The value.
    package var payload: ArraySlice<UInt8>

    /// The value as one byte.
    package var uint8: UInt8? { payload.first }

    /// The value as a 16-bit number in the machine's order.
    package var uint16: UInt16? { NativeBytes.read(payload) }

    /// The value as a 32-bit number in the machine's order.
    package var uint32: UInt32? { NativeBytes.read(payload) }

    /// The value as a signed 32-bit number in the machine's order.
    package var int32: Int32? { NativeBytes.read(payload) }

    /// The value as a 64-bit number in the machine's order.
    package var uint64: UInt64? { NativeBytes.read(payload) }

    /// The value as a 16-bit number in network order.
    package var bigEndian16: UInt16? { uint16.map(UInt16.init(bigEndian:)) }

    /// The value as text up to its first NUL.
    package var string: String { String(decoding: payload.prefix { $0 != 0 }, as: UTF8.self) }

    /// The attributes inside.
    package var nested: AttributeReader { AttributeReader(payload) }
}
