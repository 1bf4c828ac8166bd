/// One instruction of a classic BPF program (linux/filter.h, `struct sock_filter`).
package struct BPFInstruction: Hashable, Sendable {
    /// The operation code.
    package var code: UInt16
    /// How many instructions to skip if the condition holds.
    package var jumpTrue: UInt8
    /// How many instructions to skip if it does not.
    package var jumpFalse: UInt8
    /// The operand.
    package var operand: UInt32

    /// Makes an instruction, in the order of the kernel's `BPF_JUMP` macro.
    package init(_ code: UInt16, _ operand: UInt32, _ jumpTrue: UInt8 = 0, _ jumpFalse: UInt8 = 0) {
        self.code = code
        self.operand = operand
        self.jumpTrue = jumpTrue
        self.jumpFalse = jumpFalse
    }

    /// `BPF_LD|BPF_H|BPF_ABS`: loads the 16-bit word at an offset.
    package static func loadHalf(_ offset: UInt32) -> BPFInstruction { BPFInstruction(0x28, offset) }

    /// `BPF_LD|BPF_B|BPF_ABS`: loads the byte at an offset.
    package static func loadByte(_ offset: UInt32) -> BPFInstruction { BPFInstruction(0x30, offset) }

    /// `BPF_LD|BPF_W|BPF_ABS`: loads the 32-bit word at an offset.
    package static func loadWord(_ offset: UInt32) -> BPFInstruction { BPFInstruction(0x20, offset) }

    /// Loads the packet type (linux/filter.h, `SKF_AD_OFF + SKF_AD_PKTTYPE`): 0 is `PACKET_HOST`, a frame that came for
    /// this machine.
    package static var loadPacketType: BPFInstruction { loadByte(0xffff_f004) }

    /// `BPF_JMP|BPF_JEQ|BPF_K`: compares what was loaded with a constant.
    package static func jumpIfEqual(_ value: UInt32, _ yes: UInt8, _ no: UInt8) -> BPFInstruction {
        BPFInstruction(0x15, value, yes, no)
    }

    /// `BPF_RET|BPF_K`: ends, keeping so many bytes of the packet; 0 refuses it.
    package static func accept(_ bytes: UInt32) -> BPFInstruction { BPFInstruction(0x06, bytes) }
}
