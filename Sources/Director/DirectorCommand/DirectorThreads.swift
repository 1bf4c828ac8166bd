internal import Addresses
internal import AgentLink
internal import ControlSocket
internal import Dataplane
internal import DirectorConfiguration
internal import DirectorCore
internal import Election
internal import Linux
internal import NIOCore
internal import NIOPosix
internal import PeerLink
internal import Probing
internal import SecureTransport
internal import SystemPackage
internal import VRRP

/// Everything that runs beside the main loop, and the way to reach it.
struct DirectorThreads {
    let addresses: AddressThread
    let election: ElectionThread
    let tracking: TrackThread
    let dataplane: DataplaneThread
    let probing: ProbingThread
    let dialer: AgentDialer
    let peer: PeerLink
    let control: ControlServer
    private let group: MultiThreadedEventLoopGroup

    /// Starts all of it; nothing is claimed, programmed or probed before the main loop says so.
    init(_ configuration: DirectorConfiguration, identity: IdentityKey, inbox: DirectorInbox) throws {
        group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        let eventLoop = group.next()
        dialer = try AgentDialer(identity: identity, eventLoop: eventLoop) { inbox.agents.post($0) }
        peer = try PeerLink(identity: identity, eventLoop: eventLoop) { inbox.peer.post($0) }
        control = ControlServer(path: configuration.controlSocket, eventLoop: eventLoop) { request, reply in
            if !inbox.control.post(DirectorInbox.ControlMessage(request: request, reply: reply)) {
                reply.fail("too many requests wait already")
            }
        }
        // Before anything else: a second director on this machine must not get any further.
        try control.start()
        dataplane = try DataplaneThread.start(
            DataplaneSettings(configuration),
            report: { inbox.dataplane.post(.report($0)) },
            stopped: { inbox.dataplane.post(.stopped) },
        )
        probing = try ProbingThread.start { inbox.probes.post($0) }
        let relay = ElectionRelay()
        let addresses = try AddressThread.start { relay.post($0) }
        self.addresses = addresses
        election = try ElectionThread.start(
            configuration.election,
            defersPreemption: true,
            ElectionThread.Outlets(
                demand: { addresses.post($0) },
                publish: { inbox.election.post(.report($0)) },
                stopped: { inbox.election.post(.stopped) },
            ),
        )
        relay.attach(election)
        let started = election
        tracking = try TrackThread.start(configuration.election.trackedSubjects) {
            started.post(.track(.machine, $0))
        }
    }

    /// How many turns each loop has completed; all of them turn at least every second.
    var completedTurns: [UInt64] {
        [
            addresses.completedTurns, election.completedTurns, dataplane.completedTurns, probing.completedTurns,
        ]
    }
}
