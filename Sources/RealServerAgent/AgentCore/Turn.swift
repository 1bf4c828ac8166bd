/// What one event leads to, collected in the order in which it is to be done.
struct Turn {
    /// What the directors and the journal are told; first, because a repair may wait for the kernel.
    var outbound: [AgentEffect] = []
    /// What is written to the kernel.
    var kernel: [AgentEffect] = []
    /// Looks, probes and the opening of the listener, which come after what was written.
    var afterKernel: [AgentEffect] = []
    /// The very last ones.
    var last: [AgentEffect] = []
    /// What is to be looked at.
    var scope: ObservationScope = []
    /// Whether the state file must be written, before the kernel is.
    var saves = false
    /// Whether it must be written after the kernel: what is forgotten must have been undone.
    var savesLast = false

    /// Everything, in order: the directors hear of a fault before the journal does, whose writing takes time.
    var effects: [AgentEffect] {
        outbound.filter { !$0.isLog } + outbound.filter(\.isLog) + kernel + afterKernel + last
    }

    /// Writes the state file where it belongs.
    mutating func save(_ state: SavedState) {
        if saves { kernel.insert(.save(state), at: 0) } else if savesLast { kernel.append(.save(state)) }
    }
}
