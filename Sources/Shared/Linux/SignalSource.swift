internal import CLinux
internal import Glibc
package import SystemPackage

/// Signals as something to read (signalfd(2)).
package struct SignalSource: ~Copyable {
    private let descriptor: FileDescriptor

    /// Blocks the signals in this thread, and so in all that it starts afterwards, and opens a descriptor for them.
    package init(signals: [Int32]) throws(Errno) {
        var set = sigset_t()
        unsafe sigemptyset(&set)
        for signal in signals { unsafe sigaddset(&set, signal) }
        let code = unsafe pthread_sigmask(SIG_BLOCK, &set, nil)
        guard code == 0 else { throw Errno(rawValue: code) }
        descriptor = FileDescriptor(
            consuming: try SystemCall.run {
                unsafe signalfd(-1, &set, Int32(SFD_NONBLOCK | SFD_CLOEXEC))
            }
        )
    }

    /// The descriptor's number, to be polled for reading.
    package var raw: Int32 { descriptor.raw }

    /// Takes the signals that wait, in the order of their arrival.
    package borrowing func read() throws(Errno) -> [Int32] {
        let raw = descriptor.raw
        var signals: [Int32] = []
        var information = signalfd_siginfo()
        while true {
            let count = try SystemCall.runUnlessBlocking {
                unsafe Glibc.read(raw, &information, MemoryLayout<signalfd_siginfo>.size)
            }
            guard let count, count == MemoryLayout<signalfd_siginfo>.size else { return signals }
            signals.append(Int32(information.ssi_signo))
        }
    }
}
