import Linux
import Primitives

/// The classic BPF programs of the direct-path prober's packet sockets.
enum FrameFilter {
    /// TCP to one of these ports, of which there are at most 200; over IPv4 no later fragment, over IPv6 without
    /// extension headers.
    static func answers(to ports: [UInt16], _ family: AddressFamily) -> [BPFInstruction] {
        precondition(ports.count <= 200, "a jump of classic BPF is one octet")
        let count = UInt8(ports.count)
        var program: [BPFInstruction] =
            switch family {
            case .ipv4:
                [
                    .loadByte(23),
                    .jumpIfEqual(6, 0, count + 4),
                    .loadHalf(20),
                    // BPF_JMP|BPF_JSET: a fragment offset means that there is no TCP header.
                    BPFInstruction(0x45, 0x1fff, count + 2, 0),
                    // BPF_LDX|BPF_B|BPF_MSH: the IP header's length; BPF_LD|BPF_H|BPF_IND: the port behind it.
                    BPFInstruction(0xb1, 14),
                    BPFInstruction(0x48, 16),
                ]
            case .ipv6:
                [.loadByte(20), .jumpIfEqual(6, 0, count + 1), .loadHalf(56)]
            }
        for (index, port) in ports.enumerated() { program.append(.jumpIfEqual(UInt32(port), count - UInt8(index), 0)) }
        return program + [.accept(0), .accept(0xffff)]
    }

    /// ARP replies, requests by which somebody announces an address of his own, and requests in the name of one of
    /// these addresses; or neighbour advertisements.
    static func neighbours(_ family: AddressFamily, watching addresses: [IPAddress]) -> [BPFInstruction] {
        guard family == .ipv4 else {
            return [
                .loadByte(20), .jumpIfEqual(58, 0, 3), .loadByte(54), .jumpIfEqual(136, 0, 1), .accept(0xffff),
                .accept(0),
            ]
        }
        return [
            .loadHalf(20),
            .jumpIfEqual(2, 0, 1),
            .accept(0xffff),
            // The sender's address, BPF_MISC|BPF_TAX, the target's, BPF_JMP|BPF_JEQ|BPF_X.
            .loadWord(28),
            BPFInstruction(0x07, 0),
            .loadWord(38),
            BPFInstruction(0x1d, 0, 0, 1),
            .accept(0xffff),
            .loadWord(28),
        ]
            + addresses.compactMap(\.ipv4).prefix(addressLimit).flatMap {
                [.jumpIfEqual($0.rawValue, 0, 1), .accept(0xffff)]
            } + [.accept(0)]
    }

    /// So many that a program stays within BPF_MAXINSNS.
    private static let addressLimit = 2_000
}
