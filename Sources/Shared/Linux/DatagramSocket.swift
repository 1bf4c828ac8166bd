internal import CLinux
internal import Glibc
internal import Primitives
internal import SystemPackage

/// Receiving and sending with ancillary data, shared by the raw sockets.
enum DatagramSocket {
    /// One datagram with what the kernel said about it.
    struct Received {
        var bytes: [UInt8]
        var name: [UInt8]
        var control: [ControlMessage]
        var receivedAt: MonotonicInstant
    }

    /// Receives one datagram, or nothing if none waits; what exceeds the capacity is cut off.
    static func receive(_ descriptor: Int32, capacity: Int) throws(Errno) -> Received? {
        var name = [UInt8](repeating: 0, count: 28)
        var nameLength = UInt32(name.count)
        var control = [UInt8](repeating: 0, count: 256)
        var controlLength = control.count
        var flags: Int32 = 0
        var failure: Errno?
        let bytes = unsafe [UInt8](unsafeUninitializedCapacity: capacity) { buffer, count in
            do throws(Errno) {
                let got = try SystemCall.runUnlessBlocking {
                    unsafe tandem_receive(
                        descriptor,
                        buffer.baseAddress,
                        capacity,
                        &name,
                        &nameLength,
                        &control,
                        &controlLength,
                        &flags
                    )
                }
                count = got ?? 0
                if got == nil { failure = .wouldBlock }
            } catch {
                failure = error
            }
        }
        if failure == .wouldBlock { return nil }
        if let failure { throw failure }
        let messages = ControlMessage.parse(control.prefix(controlLength))
        let stamp = messages.first { $0.level == SOL_SOCKET && $0.type == tandem_so_timestampns }
        let receivedAt = stamp?.realTimeNanoseconds.map(Clock.monotonic(realTimeNanoseconds:)) ?? Clock.now
        return Received(
            bytes: bytes,
            name: Array(name.prefix(Int(min(nameLength, 28)))),
            control: messages,
            receivedAt: receivedAt,
        )
    }

    /// Sends one datagram whole.
    static func send(_ descriptor: Int32, _ bytes: [UInt8], to name: [UInt8], control: [UInt8]) throws(Errno) {
        try SystemCall.run {
            unsafe bytes.withUnsafeBytes { bytes in
                unsafe name.withUnsafeBytes { name in
                    unsafe control.withUnsafeBytes { control in
                        unsafe tandem_send(
                            descriptor,
                            bytes.baseAddress,
                            bytes.count,
                            name.isEmpty ? nil : name.baseAddress,
                            UInt32(name.count),
                            control.isEmpty ? nil : control.baseAddress,
                            control.count
                        )
                    }
                }
            }
        }
    }

    /// Opens a nonblocking socket.
    static func open(_ domain: Int32, _ type: Int32, _ protocolNumber: Int32) throws(Errno) -> FileDescriptor {
        let flags = Int32(SOCK_NONBLOCK.rawValue | SOCK_CLOEXEC.rawValue)
        return FileDescriptor(consuming: try SystemCall.run { socket(domain, type | flags, protocolNumber) })
    }
}
