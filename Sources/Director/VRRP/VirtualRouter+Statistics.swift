extension VirtualRouter {
    /// The router's counters.
    package struct Statistics: Hashable, Sendable {
        /// Advertisements sent, those of priority 0 included.
        package var advertisementsSent: UInt64 = 0
        /// Advertisements of priority 0 sent.
        package var priorityZeroSent: UInt64 = 0
        /// Advertisements sent more than half an interval after their time.
        package var lateAdvertisements: UInt64 = 0
        /// Valid advertisements received, those of priority 0 included.
        package var advertisementsReceived: UInt64 = 0
        /// Valid advertisements of priority 0 received.
        package var priorityZeroReceived: UInt64 = 0
        /// How often the router became Active.
        package var becameActive: UInt64 = 0
        /// Advertisements of lower rank received while Active.
        package var lowerPriorityHeardWhileActive: UInt64 = 0
        /// Advertisements of another owner received while Active as owner (erratum 8298).
        package var addressOwnerConflicts: UInt64 = 0
        /// Version 3 over IPv4 with a pseudo-header in the checksum.
        package var pseudoHeaderChecksums: UInt64 = 0
        /// Version 3 over IPv4 with the message alone in the checksum.
        package var messageOnlyChecksums: UInt64 = 0
        /// Accepted advertisements with another address list.
        package var addressListMismatches: UInt64 = 0
        /// Accepted advertisements with another interval.
        package var intervalMismatches: UInt64 = 0
        /// ARP packets of other machines that claimed an address of this router while Active.
        package var addressConflicts: UInt64 = 0
        /// How often this process had not run for too long.
        package var resumedLate: UInt64 = 0
        /// Advertisements seen on the wire that never reached the raw socket.
        package var filteredAdvertisements: UInt64 = 0
        /// Announcement rounds sent.
        package var announcements: UInt64 = 0
        /// What became of the proofs of advertisements, where they are looked at.
        package var authenticity = AuthenticityCounts()
        /// Messages for this router that were rejected.
        package var rejections = RejectionCounts()

        /// Nothing counted yet.
        package init() {}
    }
}
