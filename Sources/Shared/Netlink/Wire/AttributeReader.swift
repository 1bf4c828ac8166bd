/// Takes netlink attributes one by one out of a buffer, and never past its end.
///
///     | length, 2 | type, 2 | payload, padded to 4 |
package struct AttributeReader: Hashable, Sendable {
    private var rest: ArraySlice<UInt8>

    /// Makes a reader at the first attribute.
    package init(_ bytes: ArraySlice<UInt8>) {
        rest = bytes
    }

    /// The next attribute, or nothing at the end.
    package mutating func next() throws(NetlinkMalformed) -> NetlinkAttribute? {
        guard !rest.isEmpty else { return nil }
        guard let length = NativeBytes.read(rest, as: UInt16.self), length >= 4, length <= rest.count,
            let type = NativeBytes.read(rest, at: 2, as: UInt16.self)
        else { throw NetlinkMalformed() }
        let payload = rest.dropFirst(4).prefix(Int(length) - 4)
        rest = rest.dropFirst((Int(length) + 3) & ~3)
        return NetlinkAttribute(type: type & 0x3fff, payload: payload)
    }
}
