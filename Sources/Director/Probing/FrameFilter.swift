import Linux

/// The classic BPF programs of the direct-path prober's packet sockets.
enum FrameFilter {
    /// IPv4, TCP, no later fragment, to this port.
    static func answers(to port: UInt16) -> [BPFInstruction] {
        [
            .loadByte(23),
            .jumpIfEqual(6, 0, 6),
            .loadHalf(20),
            // BPF_JMP|BPF_JSET: a fragment offset means that there is no TCP header.
            BPFInstruction(0x45, 0x1fff, 4, 0),
            // BPF_LDX|BPF_B|BPF_MSH: the IP header's length; BPF_LD|BPF_H|BPF_IND: the port behind it.
            BPFInstruction(0xb1, 14),
            BPFInstruction(0x48, 16),
            .jumpIfEqual(UInt32(port), 0, 1),
            .accept(0xffff),
            .accept(0),
        ]
    }

    /// ARP replies.
    static let neighbours: [BPFInstruction] = [
        .loadHalf(20),
        .jumpIfEqual(2, 0, 1),
        .accept(0xffff),
        .accept(0),
    ]
}
