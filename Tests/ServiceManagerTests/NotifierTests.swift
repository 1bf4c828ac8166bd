import Glibc
import Primitives
import ServiceManager
import Testing

/// Each test has a process of its own: the environment that libsystemd reads belongs to all threads of a process.
@Suite struct NotifierTests {
    @Test func `each notification is one datagram with its assignments`() async {
        await #expect(processExitsWith: .success) {
            let notifier = Notifier()
            for abstract in [false, true] {
                let socket = try #require(NotificationSocket(abstract: abstract))
                #expect(notifier.ready(status: "active for front") == .sent)
                #expect(socket.receive() == ["READY=1", "STATUS=active for front"])
                #expect(notifier.status("backup") == .sent)
                #expect(socket.receive() == ["STATUS=backup"])
                #expect(
                    notifier.reloading(at: MonotonicInstant(nanoseconds: 12_345_678_901), status: "reloading") == .sent
                )
                #expect(socket.receive() == ["RELOADING=1", "MONOTONIC_USEC=12345678", "STATUS=reloading"])
                #expect(notifier.stopping(status: "draining") == .sent)
                #expect(socket.receive() == ["STOPPING=1", "STATUS=draining"])
                #expect(notifier.watchdog() == .sent)
                #expect(socket.receive() == ["WATCHDOG=1"])
                #expect(notifier.extendTimeout(by: .milliseconds(1_500)) == .sent)
                #expect(socket.receive() == ["EXTEND_TIMEOUT_USEC=1500000"])
                #expect(socket.receive() == nil)
            }
        }
    }

    @Test func `a status cannot smuggle in an assignment`() async {
        await #expect(processExitsWith: .success) {
            let notifier = Notifier()
            let socket = try #require(NotificationSocket())
            notifier.status("web1\nWATCHDOG=trigger\r\nMAINPID=1")
            #expect(socket.receive() == ["STATUS=web1 WATCHDOG=trigger MAINPID=1"])
        }
    }

    @Test func `without a supervisor nothing is sent and nothing fails`() async {
        await #expect(processExitsWith: .success) {
            let notifier = Notifier()
            unsetenv("NOTIFY_SOCKET")
            #expect(notifier.ready(status: "ready") == .unsupervised)
            #expect(notifier.watchdog() == .unsupervised)
            #expect(notifier.extendTimeout(by: .seconds(1)) == .unsupervised)
        }
    }

    @Test func `a supervisor that is gone is an error code, no more`() async {
        await #expect(processExitsWith: .success) {
            let notifier = Notifier()
            setenv("NOTIFY_SOCKET", "/tmp/tandem-no-such-socket", 1)
            defer { unsetenv("NOTIFY_SOCKET") }
            #expect(notifier.watchdog() == .failed(ENOENT))
        }
    }

    @Test func `the watchdog is due at half of its time, and only for this process`() async {
        await #expect(processExitsWith: .success) {
            let notifier = Notifier()
            defer {
                unsetenv("WATCHDOG_USEC")
                unsetenv("WATCHDOG_PID")
            }
            #expect(notifier.watchdogInterval == nil)
            setenv("WATCHDOG_USEC", "5000000", 1)
            #expect(notifier.watchdogInterval == .milliseconds(2_500))
            setenv("WATCHDOG_PID", "\(getpid())", 1)
            #expect(notifier.watchdogInterval == .milliseconds(2_500))
            setenv("WATCHDOG_PID", "1", 1)
            #expect(notifier.watchdogInterval == nil)
        }
    }

    @Test func `a supervisor that does not read stops nobody, and hears the newest in the end`() async {
        await #expect(processExitsWith: .success) {
            let socket = try #require(NotificationSocket())
            let notifier = try NotificationThread()
            for number in 0..<2_000 { notifier.status("\(number)") }
            var heard: [String] = []
            while heard.last != "STATUS=1999" {
                if let datagram = socket.receive() { heard += datagram } else { sched_yield() }
            }
            #expect(heard.count < 2_000)
        }
    }
}
