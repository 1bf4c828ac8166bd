internal import AgentProtocol
package import Primitives

/// A virtual router as one director tells the other of it.
package struct PeerRouter: Hashable, Sendable {
    /// The state of its machine.
    package enum State: UInt8, Hashable, Sendable, CaseIterable {
        case initialize = 0
        case backup = 1
        case active = 2
    }

    /// The configured name, which both directors give it.
    package let name: String
    /// Initialize, Backup or Active.
    package var state: State
    /// The priority in force.
    package var priority: UInt8
    /// How long the state has stood, in milliseconds.
    package var age: UInt64
    /// Whether the addresses are held and were announced.
    package var isAnnounced: Bool
    /// Whether the interface carries the election.
    package var isUsable: Bool
    /// Whether the sender knows that an operator wants the one who is Active to stay so.
    package var isChosen: Bool
    /// The virtual addresses in the file's order.
    package var addresses: [IPAddress]

    /// Makes a router; the name is shortened to what may travel.
    package init(
        name: String,
        state: State,
        priority: UInt8,
        age: UInt64,
        isAnnounced: Bool,
        isUsable: Bool,
        isChosen: Bool = false,
        addresses: [IPAddress],
    ) {
        precondition(addresses.count <= PeerLimits.addresses)
        self.name = Limits.printable(name, bytes: PeerLimits.name)
        self.state = state
        self.priority = priority
        self.age = age
        self.isAnnounced = isAnnounced
        self.isUsable = isUsable
        self.isChosen = isChosen
        self.addresses = addresses
    }
}
