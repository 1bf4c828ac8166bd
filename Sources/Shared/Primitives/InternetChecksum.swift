/// The one's complement checksum of the internet protocols (RFC 1071), over any number of byte runs.
package struct InternetChecksum: Sendable {
    private var sum: UInt64 = 0
    private var oddByte: UInt8?

    /// Makes the checksum of nothing.
    package init() {}

    /// Adds bytes; a run may have odd length, the next one continues it.
    package mutating func add(_ bytes: [UInt8]) { add(bytes[...]) }

    /// Adds bytes; a run may have odd length, the next one continues it.
    package mutating func add(_ bytes: ArraySlice<UInt8>) {
        for byte in bytes {
            if let high = oddByte {
                sum += UInt64(high) << 8 | UInt64(byte)
                oddByte = nil
            } else {
                oddByte = byte
            }
        }
    }

    /// The checksum to put into the field; a message that carries a right one sums to 0.
    package var value: UInt16 {
        var total = sum + UInt64(oddByte ?? 0) << 8
        while total > 0xffff { total = total & 0xffff + total >> 16 }
        return ~UInt16(total)
    }

    /// The checksum of one byte run.
    package static func of(_ bytes: [UInt8]) -> UInt16 { of(bytes[...]) }

    /// The checksum of one byte run.
    package static func of(_ bytes: ArraySlice<UInt8>) -> UInt16 {
        var checksum = InternetChecksum()
        checksum.add(bytes)
        return checksum.value
    }
}
