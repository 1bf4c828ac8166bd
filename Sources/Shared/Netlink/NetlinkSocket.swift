internal import CLinux
internal import CNetlink
internal import Glibc
package import Linux
internal import Primitives
package import SystemPackage

/// A netlink socket (libnl's `nl_sock`): requests with their answers, or subscriptions to announcements.
@safe package struct NetlinkSocket: ~Copyable {
    private let socket: OpaquePointer

    /// How often an interrupted dump is done again before it counts as failed.
    private static let dumpAttempts = 16
    /// A request waits at most so long for the kernel's next message.
    private static let replySeconds: Int64 = 5

    /// Opens a socket of a netlink family and joins its groups; one with groups is nonblocking, and takes of their
    /// announcements only what the filter accepts, if there is one.
    package init(
        family: Int32,
        groups: [Int32] = [],
        filter: [BPFInstruction] = [],
        operation: String,
    ) throws(NetlinkError) {
        guard let allocated = unsafe nl_socket_alloc() else { preconditionFailure("out of memory") }
        let code = unsafe Self.prepare(allocated, family: family, groups: groups, filter)
        guard let code else {
            unsafe socket = allocated
            return
        }
        unsafe nl_socket_free(allocated)
        throw NetlinkError(operation: operation, code: code)
    }

    private static func prepare(
        _ socket: OpaquePointer,
        family: Int32,
        groups: [Int32],
        _ filter: [BPFInstruction],
    ) -> Errno? {
        // libnl keeps the kernel's errno nowhere, so it is taken where the call left it.
        errno = 0
        guard unsafe nl_connect(socket, family) == 0 else { return Errno(rawValue: errno == 0 ? EIO : errno) }
        let raw = unsafe nl_socket_get_fd(socket)
        let level: Int32 = 270
        // Kernels without these options answer less precisely, and what is dumped is filtered here too.
        for option in [Int32(NETLINK_EXT_ACK), NETLINK_CAP_ACK, NETLINK_GET_STRICT_CHK] {
            _ = try? SystemCall.setOption(raw, level, option, 1)
        }
        do {
            if groups.isEmpty {
                try SystemCall.setOption(
                    raw,
                    SOL_SOCKET,
                    SO_RCVTIMEO,
                    bytes: NativeBytes.of(replySeconds) + NativeBytes.of(Int64(0))
                )
            } else {
                // Without the capability to exceed the limit, the limit has to do.
                let size: Int32 = 1 << 20
                do {
                    try SystemCall.setOption(raw, SOL_SOCKET, SO_RCVBUFFORCE, size)
                } catch {
                    try SystemCall.setOption(raw, SOL_SOCKET, SO_RCVBUF, size)
                }
                try SystemCall.run { fcntl(raw, F_SETFL, O_NONBLOCK) }
            }
            if !filter.isEmpty { try SocketFilter.attach(filter, to: raw) }
            for group in groups { try SystemCall.setOption(raw, level, NETLINK_ADD_MEMBERSHIP, group) }
        } catch {
            return error
        }
        return nil
    }

    deinit {
        unsafe nl_socket_free(socket)
    }

    /// The descriptor's number, to be polled.
    package var raw: Int32 { unsafe nl_socket_get_fd(socket) }

    /// The port by which the kernel names this socket in announcements of its own changes.
    package var port: UInt32 { unsafe nl_socket_get_local_port(socket) }

    /// Sends a request and waits for its acknowledgement; the messages that came before it are returned.
    @discardableResult
    package borrowing func perform(_ request: NetlinkRequest) throws(NetlinkError) -> [NetlinkFrame] {
        let sequence = try send([request])
        return try collect(request, sequence).frames
    }

    /// Sends requests in one message and waits for all acknowledgements: an error for each that failed.
    package borrowing func perform(batch: [NetlinkRequest]) throws(NetlinkError) -> [NetlinkError?] {
        guard let first = batch.first else { return [] }
        let sequence = try send(batch)
        var results = [NetlinkError?](repeating: nil, count: batch.count)
        var pending = Set(0..<batch.count)
        while !pending.isEmpty {
            for frame in try receiveBlocking(first) where frame.type == NetlinkFrame.error {
                let index = Int(frame.sequence &- sequence)
                guard pending.remove(index) != nil, let code = frame.errorNumber else { continue }
                if code != 0 { results[index] = Self.error(batch[index], code, frame) }
            }
        }
        return results
    }

    /// Sends a dump request and collects all its messages, again if the kernel says that they are inconsistent.
    package borrowing func dump(_ request: NetlinkRequest) throws(NetlinkError) -> [NetlinkFrame] {
        for _ in 0..<Self.dumpAttempts {
            let sequence = try send([request])
            let (frames, isInterrupted) = try collect(request, sequence)
            if !isInterrupted { return frames }
        }
        throw NetlinkError(operation: request.operation, code: .interrupted, subject: request.subject)
    }

    /// Takes what waits at a subscribed socket; nothing when it is empty, `.noBufferSpace` when messages were lost.
    package borrowing func receive() throws(Errno) -> [NetlinkFrame]? {
        let raw = raw
        var failure: Errno?
        var isForeign = false
        let bytes = unsafe [UInt8](unsafeUninitializedCapacity: 65536) { buffer, count in
            do throws(Errno) {
                var name = sockaddr_nl()
                var nameLength = UInt32(MemoryLayout<sockaddr_nl>.size)
                var controlLength = 0
                var flags: Int32 = 0
                let got = try SystemCall.runUnlessBlocking {
                    unsafe tandem_receive(
                        raw,
                        buffer.baseAddress,
                        buffer.count,
                        &name,
                        &nameLength,
                        nil,
                        &controlLength,
                        &flags
                    )
                }
                count = got ?? 0
                if got == nil { failure = .wouldBlock }
                // Only the kernel has port 0: another process may send to this socket, and is not listened to.
                isForeign = name.nl_pid != 0
                if flags & Int32(MSG_TRUNC) != 0 { failure = .noBufferSpace }
            } catch {
                failure = error
            }
        }
        if failure == .wouldBlock { return nil }
        if let failure { throw failure }
        if isForeign { return [] }
        do {
            return try NetlinkFrame.split(bytes[...])
        } catch {
            throw .badMessage
        }
    }

    /// Sends requests as one datagram under consecutive sequence numbers, and returns the first.
    private func send(_ requests: [NetlinkRequest]) throws(NetlinkError) -> UInt32 {
        var first: UInt32?
        var datagram: [UInt8] = []
        for request in requests {
            let sequence = unsafe nl_socket_use_seq(socket)
            first = first ?? sequence
            var bytes = request.bytes
            bytes.replaceSubrange(8..<12, with: NativeBytes.of(sequence))
            bytes.replaceSubrange(12..<16, with: NativeBytes.of(port))
            datagram += bytes
            while datagram.count % 4 != 0 { datagram.append(0) }
        }
        let raw = raw
        do {
            // The kernel's port 0 is where a socket without a peer sends to.
            try SystemCall.run {
                unsafe datagram.withUnsafeBytes { unsafe Glibc.send(raw, $0.baseAddress, $0.count, 0) }
            }
        } catch {
            throw NetlinkError(operation: requests[0].operation, code: error, subject: requests[0].subject)
        }
        return first ?? 0
    }

    /// Collects the messages of one request up to its acknowledgement or the end of its dump.
    private func collect(
        _ request: NetlinkRequest,
        _ sequence: UInt32,
    ) throws(NetlinkError) -> (frames: [NetlinkFrame], isInterrupted: Bool) {
        var frames: [NetlinkFrame] = []
        var isInterrupted = false
        while true {
            // What is left of an earlier request that failed half-way has another sequence number.
            for frame in try receiveBlocking(request) where frame.sequence == sequence {
                if frame.flags & NetlinkFrame.isInterruptedFlag != 0 { isInterrupted = true }
                guard let code = frame.errorNumber else {
                    frames.append(frame)
                    continue
                }
                if code != 0 { throw Self.error(request, code, frame) }
                return (frames, isInterrupted)
            }
        }
    }

    private func receiveBlocking(_ request: NetlinkRequest) throws(NetlinkError) -> [NetlinkFrame] {
        do {
            if let frames = try receive() { return frames }
        } catch {
            throw NetlinkError(operation: request.operation, code: error, subject: request.subject)
        }
        throw NetlinkError(operation: request.operation, code: .timedOut, subject: request.subject)
    }

    private static func error(_ request: NetlinkRequest, _ code: Int32, _ frame: NetlinkFrame) -> NetlinkError {
        NetlinkError(
            operation: request.operation,
            code: Errno(rawValue: code),
            subject: request.subject,
            detail: frame.errorText,
        )
    }
}
