internal import ControlSocket
internal import DirectorCore
internal import Health
internal import Linux
internal import SystemPackage

/// What reaches the director's main loop from its threads, each kind in a bounded mailbox with its own rule.
struct DirectorInbox: Sendable {
    /// A request on the control socket.
    struct ControlMessage: Sendable {
        /// The request, one line of JSON.
        let request: [UInt8]
        /// Where the answer goes.
        let reply: ControlReply
    }

    /// What the election thread tells.
    enum ElectionMessage: Sendable {
        /// How the election stands: the whole picture.
        case report(ElectionReport)
        /// The election has stopped.
        case stopped
    }

    /// What the dataplane thread tells.
    enum DataplaneMessage: Sendable {
        /// What a look found and did.
        case report(DataplaneReport)
        /// The dataplane has done what `stop` asked for, or has failed.
        case stopped
    }

    /// Whole pictures: the oldest may go.
    let election: Mailbox<ElectionMessage>
    /// Changes and summaries: the oldest may go, because the summary of the next second holds everything.
    let probes: Mailbox<ProbeReport>
    /// Whole pictures: the oldest may go.
    let dataplane: Mailbox<DataplaneMessage>
    /// Bytes from the agents: what does not fit is refused, and the link is not read until there is room.
    let agents: Mailbox<ClusterEvent>
    /// Bytes from the other director: what does not fit is refused, and the link is not read until there is room.
    let peer: Mailbox<PeerEvent>
    /// Requests of operators: what does not fit is refused and answered so.
    let control: Mailbox<ControlMessage>

    init() throws(Errno) {
        election = try Mailbox(capacity: 16, whenFull: .dropOldest)
        probes = try Mailbox(capacity: 256, whenFull: .dropOldest)
        dataplane = try Mailbox(capacity: 16, whenFull: .dropOldest)
        agents = try Mailbox(capacity: 4_096, whenFull: .refuse)
        peer = try Mailbox(capacity: 256, whenFull: .refuse)
        control = try Mailbox(capacity: 64, whenFull: .refuse)
    }

    /// The descriptors of all mailboxes.
    var descriptors: [Int32] {
        [
            election.descriptor, probes.descriptor, dataplane.descriptor, agents.descriptor, peer.descriptor,
            control.descriptor,
        ]
    }
}
