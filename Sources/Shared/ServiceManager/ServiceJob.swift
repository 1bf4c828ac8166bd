internal import CSystemd
internal import Glibc

/// What systemd is doing with a unit right now.
package enum ServiceJob {
    private static let destination = ManagerBus.destination
    /// How long systemd may take to answer: whoever asks is being stopped.
    private static let timeoutMicroseconds: UInt64 = 2_000_000

    /// The type of the job that is under way (`restart`, `stop`, …), as `systemctl list-jobs` shows it; nothing if there is
    /// none, or nobody who can be asked.
    package static func type(ofUnit unit: String) -> String? {
        guard let bus = try? unsafe ManagerBus.open() else { return nil }
        defer { unsafe sd_bus_flush_close_unref(bus) }
        unsafe sd_bus_set_method_call_timeout(bus, timeoutMicroseconds)
        var path: UnsafeMutablePointer<CChar>?
        guard unsafe sd_bus_path_encode("/org/freedesktop/systemd1/unit", unit, &path) >= 0 else { return nil }
        defer { unsafe free(path) }
        var reply: OpaquePointer?
        guard
            unsafe sd_bus_get_property(bus, destination, path, "\(destination).Unit", "Job", nil, &reply, "(uo)") >= 0
        else { return nil }
        defer { unsafe sd_bus_message_unref(reply) }
        var number: UInt32 = 0
        var job: UnsafePointer<CChar>?
        guard unsafe sd_bus_message_enter_container(reply, CChar(UInt8(ascii: "r")), "uo") >= 0,
            unsafe sd_bus_message_read_basic(reply, CChar(UInt8(ascii: "u")), &number) >= 0,
            unsafe sd_bus_message_read_basic(reply, CChar(UInt8(ascii: "o")), &job) >= 0, number != 0
        else { return nil }
        var text: UnsafeMutablePointer<CChar>?
        guard
            unsafe sd_bus_get_property_string(bus, destination, job, "\(destination).Job", "JobType", nil, &text) >= 0,
            let text = unsafe text
        else { return nil }
        defer { unsafe free(text) }
        return unsafe String(cString: text)
    }
}
