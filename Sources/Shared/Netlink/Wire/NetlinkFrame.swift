/// One netlink message (netlink(7), `struct nlmsghdr`).
///
///     | length, 4 | type, 2 | flags, 2 | sequence, 4 | port, 4 | payload, padded to 4 |
package struct NetlinkFrame: Hashable, Sendable {
    /// The message type.
    package var type: UInt16
    /// The `NLM_F_*` flags.
    package var flags: UInt16
    /// The sequence number of the request that this answers.
    package var sequence: UInt32
    /// The port of the socket that asked, or 0.
    package var port: UInt32
    /// What follows the header.
    package var payload: ArraySlice<UInt8>

    /// `NLMSG_ERROR`.
    package static let error: UInt16 = 2
    /// `NLMSG_DONE`.
    package static let done: UInt16 = 3
    /// `NLMSG_OVERRUN`.
    package static let overrun: UInt16 = 4
    /// `NLM_F_DUMP_INTR`: the dump is inconsistent and has to be done again.
    package static let isInterruptedFlag: UInt16 = 0x10

    /// Splits what one recvmsg(2) returned.
    package static func split(_ bytes: ArraySlice<UInt8>) throws(NetlinkMalformed) -> [NetlinkFrame] {
        var reader = NetlinkMessageReader(bytes)
        var frames: [NetlinkFrame] = []
        while let frame = try reader.next() { frames.append(frame) }
        return frames
    }

    /// The errno that an error or a done message carries, 0 for success; nothing for other messages.
    package var errorNumber: Int32? {
        guard type == Self.error || type == Self.done else { return nil }
        guard let code = NativeBytes.read(payload, as: Int32.self) else { return type == Self.done ? 0 : nil }
        return code == .min ? .max : abs(code)
    }

    /// The kernel's own words about an error (`NLMSGERR_ATTR_MSG`), with NETLINK_EXT_ACK and NETLINK_CAP_ACK.
    package var errorText: String? {
        let hasAttributes: UInt16 = 0x200
        guard type == Self.error, flags & hasAttributes != 0, payload.count > 20 else { return nil }
        var reader = AttributeReader(payload.dropFirst(20))
        while let attribute = try? reader.next() {
            if attribute.type == 1 { return attribute.string }
        }
        return nil
    }
}
