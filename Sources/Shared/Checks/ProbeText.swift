/// Bytes from the network as text that neither a log nor a terminal has to fear.
package enum ProbeText {
    /// At most so many bytes; what is not printable ASCII becomes a dot.
    package static func shown(_ bytes: [UInt8], atMost limit: Int = 80) -> String {
        let shown = bytes.prefix(limit).map { (32...126).contains($0) ? $0 : 46 }
        return String(decoding: shown, as: UTF8.self) + (bytes.count > limit ? "..." : "")
    }
}
