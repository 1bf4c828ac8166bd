/// Numbers in the machine's byte order, as netlink carries them.
package enum NativeBytes {
    /// The number in the first bytes, or nothing if there are too few.
    package static func read<Value: FixedWidthInteger>(
        _ bytes: ArraySlice<UInt8>,
        at offset: Int = 0,
        as type: Value.Type = Value.self,
    ) -> Value? {
        let size = Value.bitWidth / 8
        guard offset >= 0, bytes.count >= size, offset <= bytes.count - size else { return nil }
        let start = bytes.startIndex + offset
        var value: UInt64 = 0
        for index in 0..<size {
            #if _endian(little)
                value = value << 8 | UInt64(bytes[start + size - 1 - index])
            #else
                value = value << 8 | UInt64(bytes[start + index])
            #endif
        }
        return Value(truncatingIfNeeded: value)
    }

    /// The bytes of a number.
    package static func of(_ value: some FixedWidthInteger) -> [UInt8] {
        let little = (0..<value.bitWidth / 8).map { UInt8(truncatingIfNeeded: value >> ($0 * 8)) }
        #if _endian(little)
            return little
        #else
            return little.reversed()
        #endif
    }
}
