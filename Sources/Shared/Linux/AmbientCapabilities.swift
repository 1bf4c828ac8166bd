internal import CLinux

/// The capabilities that programs inherit which a process executes (capabilities(7)).
package enum AmbientCapabilities {
    /// Leaves none to inherit; the process keeps its own.
    ///
    /// To be called before any other thread is there. A kernel without ambient capabilities, before 4.3, has none to leave.
    package static func clear() { tandem_clear_ambient() }
}
