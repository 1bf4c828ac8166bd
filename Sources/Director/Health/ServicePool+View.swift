extension ServicePool {
    /// What one look at all members gives.
    struct View {
        /// The weight of the primary servers that nobody has taken out of service.
        var total: UInt64 = 0
        /// The weight of the primary servers that serve and pass their checks.
        var primary: UInt64 = 0
        /// The weight of the backup servers that pass their checks.
        var backup: UInt64 = 0
        /// Those that pass their checks again and are held.
        var held: Set<String> = []
        /// Those that fail their checks and may not be taken out.
        var kept: Set<String> = []
        /// Whether the backup servers are needed; nothing while too little is known.
        var needsBackups: Bool?
        /// Whether the sorry servers are needed, and one of them can answer; nothing while too little is known.
        var needsSorry: Bool?
        /// Whether the service fails open.
        var isOpen = false
        /// Whether the kernel has a member at its full weight, so that less is a ramp that has not ended.
        var knowsFullWeight = false
    }

    /// Says how the service is served.
    mutating func summarize(_ view: View, serving: UInt64) {
        availability.isQuorumMet = quorum.isMet
        availability.usesBackups = view.needsBackups == true && view.backup > 0 && view.needsSorry != true
        availability.servingWeight = UInt32(clamping: serving)
        availability.totalWeight = UInt32(clamping: view.total)
        (availability.state, availability.reason) =
            switch (view.needsSorry, view.isOpen, quorum.isMet) {
            case (true?, _, _): (.sorry, .sorryInUse)
            case (_, true, _): (.failingOpen, .failOpen)
            case (_, false, true?): (.available, availability.usesBackups ? .backupInUse : .quorumMet)
            case (_, false, false?): (.unavailable, .quorumLost)
            case (_, false, nil): (.unknown, .awaitingResults)
            }
    }
}
