internal import VRRP

/// What a virtual router has counted since it was configured; of what is counted by cause, the causes that occurred.
package struct RouterCounters: Hashable, Sendable, Codable {
    /// Advertisements sent, those of priority 0 included.
    package var advertisementsSent: UInt64 = 0
    /// Advertisements of priority 0 sent.
    package var priorityZeroSent: UInt64 = 0
    /// Advertisements sent more than half an interval after their time.
    package var lateAdvertisements: UInt64 = 0
    /// Rounds of gratuitous ARP or of unsolicited neighbour advertisements sent.
    package var announcements: UInt64 = 0
    /// Valid advertisements received, those of priority 0 included.
    package var advertisementsReceived: UInt64 = 0
    /// Valid advertisements of priority 0 received.
    package var priorityZeroReceived: UInt64 = 0
    /// Those over IPv4 of version 3 with a pseudo-header in the checksum, and those without.
    package var pseudoHeaderChecksums: UInt64 = 0
    package var messageOnlyChecksums: UInt64 = 0
    /// Accepted advertisements with another address list, and with another interval.
    package var addressListMismatches: UInt64 = 0
    package var intervalMismatches: UInt64 = 0
    /// Advertisements that passed a packet filter on the wire alone.
    package var filteredAdvertisements: UInt64 = 0
    /// How often it became Active.
    package var becameActive: UInt64 = 0
    /// How often the process had not run for too long.
    package var resumedLate: UInt64 = 0
    /// Signs of another owner while Active: its advertisements of lower rank, its claims in ARP, and, with priority 255,
    /// another one's of 255.
    package var lowerPriorityHeardWhileActive: UInt64 = 0
    package var addressConflicts: UInt64 = 0
    package var addressOwnerConflicts: UInt64 = 0
    /// Advertisements whose sender was shown to hold the key.
    package var verified: UInt64 = 0
    /// Advertisements whose sender was not, by cause (`AuthenticityCause`).
    package var unverified: [String: UInt64] = [:]
    /// Messages that were rejected, by cause (`Rejection`).
    package var rejected: [String: UInt64] = [:]

    /// Nothing counted yet.
    package init() {}
}

extension RouterCounters {
    init(_ statistics: VirtualRouter.Statistics) {
        advertisementsSent = statistics.advertisementsSent
        priorityZeroSent = statistics.priorityZeroSent
        lateAdvertisements = statistics.lateAdvertisements
        announcements = statistics.announcements
        advertisementsReceived = statistics.advertisementsReceived
        priorityZeroReceived = statistics.priorityZeroReceived
        pseudoHeaderChecksums = statistics.pseudoHeaderChecksums
        messageOnlyChecksums = statistics.messageOnlyChecksums
        addressListMismatches = statistics.addressListMismatches
        intervalMismatches = statistics.intervalMismatches
        filteredAdvertisements = statistics.filteredAdvertisements
        becameActive = statistics.becameActive
        resumedLate = statistics.resumedLate
        lowerPriorityHeardWhileActive = statistics.lowerPriorityHeardWhileActive
        addressConflicts = statistics.addressConflicts
        addressOwnerConflicts = statistics.addressOwnerConflicts
        verified = statistics.authenticity.verified
        unverified = statistics.authenticity.byName
        rejected = statistics.rejections.byName
    }
}

extension RejectionCounts {
    /// The causes that occurred, by name.
    var byName: [String: UInt64] {
        Dictionary(occurred.map { ("\($0.cause)", $0.count) }) { first, _ in first }
    }
}

extension AuthenticityCounts {
    /// The causes that occurred, by name.
    fileprivate var byName: [String: UInt64] {
        Dictionary(occurred.map { ("\($0.cause)", $0.count) }) { first, _ in first }
    }
}
