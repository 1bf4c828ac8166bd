internal import CSystemd
internal import Glibc
internal import SystemPackage

/// The ways to systemd's D-Bus interface (org.freedesktop.systemd1(5)).
enum ManagerBus {
    /// systemd's name on the system bus.
    static let destination = "org.freedesktop.systemd1"

    /// Begins to connect: to systemd's own socket for root, which needs no message bus; to the system bus for everybody
    /// else.
    static func open() throws(Errno) -> OpaquePointer {
        var bus: OpaquePointer?
        if geteuid() == 0, unsafe sd_bus_new(&bus) >= 0 {
            if unsafe sd_bus_set_address(bus, "unix:path=/run/systemd/private") >= 0, unsafe sd_bus_start(bus) >= 0,
                let bus = unsafe bus
            {
                return unsafe bus
            }
            unsafe sd_bus_unref(bus)
            unsafe bus = nil
        }
        let result = unsafe sd_bus_open_system(&bus)
        guard result >= 0, let bus = unsafe bus else { throw Errno(rawValue: result < 0 ? -result : EIO) }
        return unsafe bus
    }
}
