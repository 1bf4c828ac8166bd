/// Takes netlink messages one by one out of a buffer, and never past its end.
package struct NetlinkMessageReader: Sendable {
    private var rest: ArraySlice<UInt8>

    /// Makes a reader at the first message.
    package init(_ bytes: ArraySlice<UInt8>) {
        rest = bytes
    }

    /// The next message, or nothing at the end.
    package mutating func next() throws(NetlinkMalformed) -> NetlinkFrame? {
        guard !rest.isEmpty else { return nil }
        guard let length = NativeBytes.read(rest, as: UInt32.self), length >= 16, length <= rest.count,
            let type = NativeBytes.read(rest, at: 4, as: UInt16.self),
            let flags = NativeBytes.read(rest, at: 6, as: UInt16.self),
            let sequence = NativeBytes.read(rest, at: 8, as: UInt32.self),
            let port = NativeBytes.read(rest, at: 12, as: UInt32.self)
        else { throw NetlinkMalformed() }
        let payload = rest.dropFirst(16).prefix(Int(length) - 16)
        rest = rest.dropFirst((Int(length) + 3) & ~3)
        return NetlinkFrame(type: type, flags: flags, sequence: sequence, port: port, payload: payload)
    }
}
