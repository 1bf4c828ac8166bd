internal import AgentProtocol
package import Primitives

/// One step of a planned handover.
///
///     who is to take over      who holds the addresses
///       request      ------->                            (only if the successor wants it)
///                    <-------  offer                     contends no more, still serves
///       accepted     ------->
///         takes the addresses, announces them
///       taken        ------->
///                    <-------  released                  has let go, still forwards what comes late
///
/// Either end says `refused` or `cancelled` instead, with which everything is as it was before.
package struct HandoverMessage: Hashable, Sendable {
    /// What is said.
    package enum Step: UInt8, Hashable, Sendable, CaseIterable {
        /// Hand over to me.
        case request = 1
        /// Take over from me.
        case offer = 2
        /// I am about to take over.
        case accepted = 3
        /// I hold the addresses and have announced them.
        case taken = 4
        /// I have let go.
        case released = 5
        /// I do not take part.
        case refused = 6
        /// It is off.
        case cancelled = 7
    }

    /// Why a handover is wanted.
    package enum Cause: UInt8, Hashable, Sendable, CaseIterable {
        /// Something that this version does not know.
        case other = 0
        /// An operator wants it.
        case operatorsChoice = 1
        /// The holder is about to stop.
        case stop = 2
        /// The successor has the higher priority.
        case preemption = 3
    }

    /// What is said.
    package var step: Step
    /// What names the handover: chosen by the end that began it.
    package var identifier: UInt64
    /// Why it is wanted.
    package var cause: Cause
    /// The virtual routers by name, sorted.
    package let routers: [String]
    /// Whether the successor shall take over though it is not ready.
    package var isForced: Bool
    /// How long the end that says it waits for the handover's end.
    package var patience: Interval
    /// Why it is refused, sorted.
    package let refusals: [HandoverRefusal]

    /// Makes a message.
    package init(
        _ step: Step,
        _ identifier: UInt64,
        cause: Cause,
        routers: [String],
        isForced: Bool = false,
        patience: Interval = .zero,
        refusals: [HandoverRefusal] = [],
    ) {
        precondition(routers.count <= PeerLimits.routers && refusals.count <= PeerLimits.reasons)
        self.step = step
        self.identifier = identifier
        self.cause = cause
        self.routers = routers.map { Limits.printable($0, bytes: PeerLimits.name) }.sorted()
        self.isForced = isForced
        self.patience = patience
        self.refusals = refusals.sorted()
    }
}

extension HandoverMessage.Cause: CustomStringConvertible {
    package var description: String {
        switch self {
        case .other: "other"
        case .operatorsChoice: "operator"
        case .stop: "stop"
        case .preemption: "preemption"
        }
    }
}
