import DirectorCore

/// The virtual routers and their election.
extension DirectorMetrics {
    private static let counters: [(name: String, help: String, value: @Sendable (RouterCounters) -> UInt64)] = [
        ("advertisements_sent", "Advertisements sent.", { $0.advertisementsSent }),
        ("advertisements_received", "Valid advertisements received.", { $0.advertisementsReceived }),
        ("priority_zero_sent", "Advertisements of priority 0 sent.", { $0.priorityZeroSent }),
        ("priority_zero_received", "Valid advertisements of priority 0 received.", { $0.priorityZeroReceived }),
        ("late_advertisements", "Advertisements sent more than half an interval late.", { $0.lateAdvertisements }),
        ("announcements", "Rounds of gratuitous ARP or neighbour advertisements.", { $0.announcements }),
        ("became_active", "How often the router became Active.", { $0.becameActive }),
        ("resumed_late", "How often the process had not run for too long.", { $0.resumedLate }),
        ("lower_priority_heard", "Advertisements of lower rank while Active.", { $0.lowerPriorityHeardWhileActive }),
        ("address_conflicts", "Claims of other machines while Active.", { $0.addressConflicts }),
        ("address_list_mismatches", "Advertisements with another address list.", { $0.addressListMismatches }),
        ("interval_mismatches", "Advertisements with another interval.", { $0.intervalMismatches }),
        ("filtered_advertisements", "Advertisements that a packet filter dropped.", { $0.filteredAdvertisements }),
        ("verified_advertisements", "Advertisements of a holder of the key.", { $0.verified }),
    ]

    static func routers(_ routers: [RouterStatus], into text: inout MetricsText) {
        text.begin("tandem_vrrp_state", .gauge, "1 for the state that the virtual router is in (RFC 9568).")
        for router in routers {
            for state in ["initialize", "backup", "active"] {
                text.add([("router", router.name), ("state", state)], router.state == state)
            }
        }
        text.begin("tandem_vrrp_state_age_seconds", .gauge, "How long it has been in that state.")
        for router in routers { text.add([("router", router.name)], seconds(milliseconds: router.age)) }
        text.begin("tandem_vrrp_priority", .gauge, "The router's own priority.")
        for router in routers { text.add([("router", router.name)], Double(router.priority)) }
        text.begin("tandem_vrrp_address_held", .gauge, "1 where the kernel has the virtual address.")
        for router in routers {
            for address in router.addresses {
                text.add([("router", router.name), ("address", address.address)], address.isHeld)
            }
        }
        text.begin("tandem_vrrp_findings", .gauge, "What is not as it should be; the status says what.")
        for router in routers { text.add([("router", router.name)], UInt64(router.findings.count)) }
        for counter in counters {
            text.begin("tandem_vrrp_\(counter.name)_total", .counter, counter.help)
            for router in routers { text.add([("router", router.name)], counter.value(router.counters)) }
        }
        byCause("tandem_vrrp_rejected_total", "Messages rejected, by cause.", routers, into: &text) { $0.rejected }
        byCause("tandem_vrrp_unverified_total", "Advertisements of unknown origin.", routers, into: &text) {
            $0.unverified
        }
    }

    static func election(_ election: ElectionStatus, into text: inout MetricsText) {
        text.begin("tandem_vrrp_unclaimed_total", .counter, "Messages that no virtual router took, by cause.")
        for (cause, count) in election.rejected.sorted(by: { $0.key < $1.key }) { text.add([("cause", cause)], count) }
        text.begin("tandem_vrrp_address_repairs_total", .counter, "Virtual addresses put back after somebody else.")
        text.add([], election.addressRepairs)
        text.begin("tandem_vrrp_held_back_total", .counter, "Advertisements held back after the process had slept.")
        text.add([], election.heldBack)
        text.begin("tandem_vrrp_send_failures_total", .counter, "Frames that the kernel did not take.")
        text.add([], election.sendFailures)
        text.begin("tandem_election_wakeup_delay_seconds", .histogram, "How late the election's thread woke up.")
        var sum: UInt64 = 0
        for bucket in election.wakeUps {
            sum += bucket.count
            let bound = bucket.upToMicroseconds.map { "\(seconds(microseconds: $0))" } ?? "+Inf"
            text.add([("le", bound)], suffix: "_bucket", sum)
        }
        if let time = election.wakeUpMicroseconds { text.add([], suffix: "_sum", seconds(microseconds: time)) }
        text.add([], suffix: "_count", sum)
    }

    private static func byCause(
        _ name: String,
        _ help: String,
        _ routers: [RouterStatus],
        into text: inout MetricsText,
        _ counts: (RouterCounters) -> [String: UInt64],
    ) {
        text.begin(name, .counter, help)
        for router in routers {
            for (cause, count) in counts(router.counters).sorted(by: { $0.key < $1.key }) {
                text.add([("router", router.name), ("cause", cause)], count)
            }
        }
    }
}
