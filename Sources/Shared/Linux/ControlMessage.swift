/// One ancillary message of recvmsg(2) or sendmsg(2), as cmsg(3) lays it out.
///
///     | length, 8 | level, 4 | type, 4 | data, padded to 8 |
struct ControlMessage {
    var level: Int32
    var type: Int32
    var data: [UInt8]

    /// Splits a control buffer; what does not fit is left out.
    static func parse(_ buffer: ArraySlice<UInt8>) -> [ControlMessage] {
        var messages: [ControlMessage] = []
        var rest = buffer
        while rest.count >= 16 {
            let length = Int(truncatingIfNeeded: native(rest.prefix(8)))
            guard length >= 16, length <= rest.count else { break }
            messages.append(
                ControlMessage(
                    level: Int32(truncatingIfNeeded: native(rest.dropFirst(8).prefix(4))),
                    type: Int32(truncatingIfNeeded: native(rest.dropFirst(12).prefix(4))),
                    data: Array(rest.dropFirst(16).prefix(length - 16)),
                )
            )
            rest = rest.dropFirst((length + 7) & ~7)
        }
        return messages
    }

    /// The message as sendmsg(2) takes it.
    var encoded: [UInt8] {
        var bytes = Self.bytes(UInt64(16 + data.count)) + Self.bytes(UInt32(bitPattern: level))
        bytes += Self.bytes(UInt32(bitPattern: type)) + data
        while bytes.count % 8 != 0 { bytes.append(0) }
        return bytes
    }

    /// A `struct timespec` in nanoseconds.
    var realTimeNanoseconds: Int64? {
        guard data.count >= 16 else { return nil }
        let seconds = Int64(bitPattern: Self.native(data[0..<8]))
        let (whole, overflow) = seconds.multipliedReportingOverflow(by: 1_000_000_000)
        return overflow ? nil : whole &+ Int64(bitPattern: Self.native(data[8..<16]))
    }

    /// An `int`.
    var integer: Int32? {
        data.count >= 4 ? Int32(truncatingIfNeeded: Self.native(data[0..<4])) : nil
    }

    /// A number of at most eight bytes in the machine's order.
    static func native(_ bytes: ArraySlice<UInt8>) -> UInt64 {
        #if _endian(little)
            bytes.reversed().reduce(0) { $0 << 8 | UInt64($1) }
        #else
            bytes.reduce(0) { $0 << 8 | UInt64($1) }
        #endif
    }

    /// A number's bytes in the machine's order.
    static func bytes(_ value: some FixedWidthInteger) -> [UInt8] {
        let little = (0..<value.bitWidth / 8).map { UInt8(truncatingIfNeeded: value >> ($0 * 8)) }
        #if _endian(little)
            return little
        #else
            return little.reversed()
        #endif
    }
}
