package import Primitives

/// A virtual service as it should be, or as the kernel has it, without its destinations and counters.
package struct VirtualService: Hashable, Sendable {
    /// Protocol, virtual address and port.
    package var identity: ServiceIdentity
    /// The scheduler's kernel name; one that Tandem does not know can only come from the kernel.
    package var schedulerName: String
    /// Persistence timeout in seconds, 0 for none (`IP_VS_SVC_F_PERSISTENT` and `IPVS_SVC_ATTR_TIMEOUT`).
    package var persistenceTimeout: UInt32
    /// Scheduler flags: `IP_VS_SVC_F_SCHED1` (8), `SCHED2` (16), `SCHED3` (32); others are not Tandem's.
    package var schedulerFlags: UInt32

    /// Makes a service without persistence and flags.
    package init(
        identity: ServiceIdentity,
        schedulerName: String = Scheduler.roundRobin.rawValue,
        persistenceTimeout: UInt32 = 0,
        schedulerFlags: UInt32 = 0,
    ) {
        self.identity = identity
        self.schedulerName = schedulerName
        self.persistenceTimeout = persistenceTimeout
        self.schedulerFlags = schedulerFlags
    }
}
