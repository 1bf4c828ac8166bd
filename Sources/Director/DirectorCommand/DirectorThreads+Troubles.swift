internal import Addresses
internal import Election
internal import Linux
internal import Netlink
internal import PeerLink
internal import Probing
internal import SystemPackage

extension DirectorThreads {
    /// What the threads were refused, and messages that found no room.
    var troubles: [Trouble] {
        var troubles = Trouble.of(election.health)
        if let notes = election.notes { troubles += Trouble.of(notes) }
        if let failure = addresses.failure {
            troubles.append(Trouble(subject: "addresses", text: "\(failure.error), \(failure.count) time(s)"))
        }
        if let ended = tracking.ended {
            troubles.append(Trouble(subject: "tracking", text: "the thread has ended: \(ended)"))
        }
        if let failure = probing.failure {
            troubles.append(Trouble(subject: "probing", text: "the thread has ended: \(failure)"))
        }
        if let failure = peer.failure {
            troubles.append(Trouble(subject: "peer link", text: "\(failure)"))
            peer.retry()
        }
        return troubles
    }
}

extension Trouble {
    /// What the election thread was refused since its start.
    static func of(_ health: ElectionHealth) -> [Trouble] {
        var troubles: [Trouble] = []
        if health.sendFailures > 0 {
            let last = health.lastSendFailure.map { ", the last: \($0)" } ?? ""
            troubles.append(
                Trouble(subject: "election sends", text: "\(health.sendFailures) frame(s) were not sent\(last)")
            )
        }
        for (interface, error) in health.socketFailures.sorted(by: { $0.key < $1.key }) {
            troubles.append(Trouble(subject: "election sockets on \(interface)", text: "\(error)"))
        }
        for interface in health.deafInterfaces {
            let text = "what it sends to itself does not come back; a packet filter may drop protocol 112"
            troubles.append(Trouble(subject: "election sockets on \(interface)", text: text))
        }
        if health.heldBack > 0 {
            troubles.append(
                Trouble(
                    subject: "election lateness",
                    text: "\(health.heldBack) advertisement(s) held back after the process had slept",
                )
            )
        }
        if let ended = health.ended {
            troubles.append(Trouble(subject: "election", text: "the thread has ended: \(ended)"))
        }
        return troubles
    }

    /// What the scheduler and the memory refused.
    static func of(_ notes: LoopThreadNotes) -> [Trouble] {
        var troubles: [Trouble] = []
        if let refusal = notes.realTimeRefusal {
            troubles.append(Trouble(subject: "election priority", text: "no real time: \(refusal)"))
        }
        if let refusal = notes.memoryLockRefusal {
            troubles.append(Trouble(subject: "election memory", text: "not locked: \(refusal)"))
        }
        return troubles
    }
}
