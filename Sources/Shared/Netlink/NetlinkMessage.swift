internal import CNetlink

/// A netlink message under construction (libnl's `nl_msg`), freed with its owner.
@safe package struct NetlinkMessage: ~Copyable {
    private let message: OpaquePointer

    /// `NLM_F_REQUEST|NLM_F_ACK`: the kernel answers with success or an error.
    package static let acknowledged: UInt16 = 0x05
    /// `NLM_F_REQUEST|NLM_F_DUMP`: the kernel answers with all it has.
    package static let dump: UInt16 = 0x301
    /// `NLM_F_CREATE|NLM_F_EXCL`: an object that exists is an error.
    package static let createExclusively: UInt16 = 0x600

    /// Begins a message of a type with its `NLM_F_*` flags and a fixed header.
    package init(type: UInt16, flags: UInt16, header: [UInt8]) {
        guard let allocated = unsafe nlmsg_alloc_simple(Int32(type), Int32(flags)) else {
            preconditionFailure("out of memory")
        }
        unsafe message = allocated
        let appended = unsafe header.withUnsafeBytes {
            // nlmsg_append copies; it takes a mutable pointer only by habit.
            unsafe nlmsg_append(message, UnsafeMutableRawPointer(mutating: $0.baseAddress), $0.count, 4)
        }
        precondition(appended == 0, "the header exceeds libnl's message size")
    }

    deinit {
        unsafe nlmsg_free(message)
    }

    /// Appends an attribute.
    package borrowing func put(_ type: UInt16, bytes: [UInt8]) {
        let result = unsafe bytes.withUnsafeBytes {
            unsafe nla_put(message, Int32(type), Int32($0.count), $0.baseAddress)
        }
        precondition(result == 0, "the message exceeds libnl's size")
    }

    /// Appends an attribute of a number in the machine's order.
    package borrowing func put(_ type: UInt16, _ value: some FixedWidthInteger) {
        put(type, bytes: NativeBytes.of(value))
    }

    /// Appends an attribute of NUL-terminated text.
    package borrowing func put(_ type: UInt16, string: String) {
        put(type, bytes: Array(string.utf8) + [0])
    }

    /// Appends an attribute that holds what the body appends.
    package borrowing func nest(_ type: UInt16, _ body: (borrowing NetlinkMessage) -> Void) {
        guard let start = unsafe nla_nest_start(message, Int32(type)) else {
            preconditionFailure("the message exceeds libnl's size")
        }
        body(self)
        // Unlike nla_nest_end, this keeps an empty nest, which the kernel answers more clearly than an absent one.
        unsafe nla_nest_end_keep_empty(message, start)
    }

    /// The message so far, its length filled in.
    package var bytes: [UInt8] {
        guard let header = unsafe nlmsg_hdr(message) else { return [] }
        let count = Int(unsafe header.pointee.nlmsg_len)
        return unsafe Array(UnsafeRawBufferPointer(start: header, count: count))
    }
}
