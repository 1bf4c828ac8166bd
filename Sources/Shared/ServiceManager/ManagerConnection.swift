internal import CSystemd
internal import Linux
package import Primitives
package import SystemPackage

/// A connection to systemd that serves any number of questions, for a thread that may wait for their answers.
@safe package final class ManagerConnection {
    private let bus: OpaquePointer

    /// Begins to connect, without waiting.
    package init() throws(Errno) {
        let opened = try unsafe ManagerBus.open()
        unsafe bus = opened
    }

    // Without a flush, which would wait for a bus that does not answer.
    deinit {
        unsafe sd_bus_close_unref(bus)
    }

    /// Asks for a unit's state and waits for the answer until a deadline; a unit that is not in memory is loaded.
    ///
    /// After an error the connection is of no use any more.
    package func state(ofUnit unit: String, until deadline: MonotonicInstant) throws(Errno) -> UnitState {
        try becomeReady(until: deadline)
        var call: OpaquePointer?
        // One call, so that the states belong together; it is open to everybody (org.freedesktop.systemd1.conf).
        try Self.check(
            unsafe sd_bus_message_new_method_call(
                bus,
                &call,
                ManagerBus.destination,
                "/org/freedesktop/systemd1",
                "\(ManagerBus.destination).Manager",
                "ListUnitsByNames"
            )
        )
        defer { unsafe sd_bus_message_unref(call) }
        try Self.check(unsafe sd_bus_message_open_container(call, CChar(UInt8(ascii: "a")), "s"))
        try Self.check(
            unsafe unit.withCString { unsafe sd_bus_message_append_basic(call, CChar(UInt8(ascii: "s")), $0) }
        )
        try Self.check(unsafe sd_bus_message_close_container(call))
        // In microseconds; zero would mean libsystemd's own 25 seconds.
        let timeout = UInt64(max(1, (deadline - Clock.now).nanoseconds / 1_000))
        var reply: OpaquePointer?
        try Self.check(unsafe sd_bus_call(bus, call, timeout, nil, &reply))
        defer { unsafe sd_bus_message_unref(reply) }
        try Self.check(unsafe sd_bus_message_enter_container(reply, CChar(UInt8(ascii: "a")), "(ssssssouso)"))
        try Self.check(unsafe sd_bus_message_enter_container(reply, CChar(UInt8(ascii: "r")), "ssssssouso"))
        // Its name and its description.
        try Self.check(unsafe sd_bus_message_skip(reply, "ss"))
        let load = try unsafe Self.text(reply)
        let active = try unsafe Self.text(reply)
        let sub = try unsafe Self.text(reply)
        return UnitState(load: load, active: active, sub: sub)
    }

    /// Lets the connection come to stand, which `sd_bus_call` would wait for without regard to its timeout.
    private func becomeReady(until deadline: MonotonicInstant) throws(Errno) {
        while true {
            if try Self.check(unsafe sd_bus_process(bus, nil)) > 0 { continue }
            if try Self.check(unsafe sd_bus_is_ready(bus)) > 0 { return }
            let left = deadline - Clock.now
            guard left > .zero else { throw Errno.timedOut }
            try Self.check(unsafe sd_bus_wait(bus, UInt64(left.nanoseconds / 1_000)))
        }
    }

    /// Takes the next string out of a message.
    private static func text(_ message: OpaquePointer?) throws(Errno) -> String {
        var text: UnsafePointer<CChar>?
        try check(unsafe sd_bus_message_read_basic(message, CChar(UInt8(ascii: "s")), &text))
        guard let text = unsafe text else { throw Errno.badMessage }
        return unsafe String(cString: text)
    }

    /// Makes the error of a negative result, which is its number.
    @discardableResult
    private static func check(_ result: Int32) throws(Errno) -> Int32 {
        guard result >= 0 else { throw Errno(rawValue: -result) }
        return result
    }
}
