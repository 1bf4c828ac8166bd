import Primitives

/// One thread of a process: it takes what is posted to it, in order, and wakes at its deadline.
final class Loop {
    /// Who it is, for the trace.
    let name: String
    /// The clock of its machine.
    let clock: NodeClock

    private unowned let world: World
    private let deadline: () -> MonotonicInstant?
    private let wake: () -> Void
    private var backlog: [(isPacket: Bool, action: () -> Void)] = []
    private var packets = 0
    private var armedFor: MonotonicInstant?
    private var wakesForOneDeadline = 0

    /// When it will wake by itself, in the world's time.
    private(set) var firesAt: MonotonicInstant?
    /// Whether its process lives.
    private(set) var isAlive = true
    /// Whether it stands still; what is posted waits.
    private(set) var isStalled = false
    /// When it stood still last.
    private(set) var resumedAt = MonotonicInstant(nanoseconds: 0)

    /// When the last message that was sent to it arrives.
    var lastMail = MonotonicInstant(nanoseconds: 0)

    /// The orders in its mailbox, numbered.
    private var orders: [(number: Int, action: () -> Void)] = []
    private var ordersPut = 0

    /// How many packets wait for a thread that stands still, as a socket's buffer would hold.
    static let packetLimit = 256

    /// Makes a running thread; its deadline is in its own machine's time.
    init(
        _ name: String,
        clock: NodeClock,
        in world: World,
        deadline: @escaping () -> MonotonicInstant?,
        wake: @escaping () -> Void,
    ) {
        self.name = name
        self.clock = clock
        self.world = world
        self.deadline = deadline
        self.wake = wake
        resumedAt = world.now
        world.loops.append(self)
    }

    /// What its machine's clock shows.
    var localNow: MonotonicInstant { clock.local(world.now) }

    /// Runs something on the thread now, or once it goes on; packets may be lost until then, messages never.
    func run(isPacket: Bool = false, _ action: @escaping () -> Void) {
        guard isAlive else { return }
        if isPacket { takeOrders(upTo: ordersPut) }
        guard !isStalled else {
            if isPacket { packets += 1 }
            if !isPacket || packets <= Self.packetLimit { backlog.append((isPacket, action)) }
            return
        }
        action()
        arm()
    }

    /// Puts an order into the mailbox; gives its number.
    func put(_ order: @escaping () -> Void) -> Int {
        ordersPut += 1
        orders.append((ordersPut, order))
        return ordersPut
    }

    /// Takes the orders up to a number out of the mailbox, those that are there still.
    func takeOrders(upTo number: Int) {
        while let first = orders.first, first.number <= number {
            orders.removeFirst()
            run(first.action)
        }
    }

    /// Lets the deadline be reached.
    func fire() {
        guard isAlive, !isStalled, let armedFor else { return }
        wake()
        if deadline() == armedFor {
            wakesForOneDeadline += 1
            if wakesForOneDeadline > 8 {
                world.fail(.safety, .deadlinesAreConsumed, "\(name) keeps the deadline \(armedFor) that was reached")
            }
        } else {
            wakesForOneDeadline = 0
        }
        self.armedFor = nil
        arm()
    }

    /// Looks at the deadline again.
    func arm() {
        guard isAlive, !isStalled else {
            firesAt = nil
            return
        }
        let wanted = deadline()
        guard wanted != armedFor || wanted == nil else { return }
        armedFor = wanted
        firesAt = wanted.map { max(clock.world($0), world.now) + world.drawLateness() }
    }

    /// Its machine's clock has leapt, so that its timer is due at another time of the world.
    func clockLeapt() {
        armedFor = nil
        arm()
    }

    /// Makes it stand still.
    func stall() {
        isStalled = true
        firesAt = nil
    }

    /// Lets it go on; a machine that stood still has lost what came meanwhile.
    func resume(losingPackets: Bool = false) {
        guard isAlive, isStalled else { return }
        isStalled = false
        resumedAt = world.now
        let waiting = backlog
        backlog = []
        packets = 0
        for (isPacket, action) in waiting where !(isPacket && losingPackets) { action() }
        armedFor = nil
        arm()
    }

    /// Ends it for good.
    func kill() {
        isAlive = false
        (backlog, orders) = ([], [])
        firesAt = nil
        world.loops.removeAll { $0 === self }
    }
}
