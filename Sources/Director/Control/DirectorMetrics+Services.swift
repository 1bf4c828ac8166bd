import DirectorCore
import Health

/// Services, real servers, probes, the kernel and the other director.
extension DirectorMetrics {
    static func services(_ services: [ServiceStatus], into text: inout MetricsText) {
        text.begin("tandem_service_up", .gauge, "1 where a real server of the service is up.")
        for service in services { text.add([("service", service.name)], service.state == .up) }
        text.begin("tandem_service_availability", .gauge, "1 for how the service is served.")
        for service in services {
            for state in ServiceAvailability.State.allCases {
                let labels = [("service", service.name), ("state", state.rawValue)]
                text.add(labels, service.availability?.state == state)
            }
        }
        text.begin("tandem_service_serving_weight", .gauge, "The configured weight of what passes its checks.")
        for service in services {
            text.add([("service", service.name)], Double(service.availability?.servingWeight ?? 0))
        }
        text.begin("tandem_service_total_weight", .gauge, "The configured weight of what nobody took out of service.")
        for service in services {
            text.add([("service", service.name)], Double(service.availability?.totalWeight ?? 0))
        }
    }

    static func destinations(_ services: [ServiceStatus], into text: inout MetricsText) {
        let all = services.flatMap { service in service.destinations.map { (service, $0) } }
        func each(_ name: String, _ help: String, _ value: (DestinationStatus) -> Double?) {
            text.begin(name, .gauge, help)
            for (service, destination) in all {
                guard let value = value(destination) else { continue }
                text.add([("service", service.name), ("real_server", destination.realServer)], value)
            }
        }
        each("tandem_destination_up", "1 where the real server is up in the service.") { $0.state == .up ? 1 : 0 }
        each("tandem_destination_weight", "The kernel's weight.") { $0.weightApplied.map { Double($0) } }
        each("tandem_destination_wanted_weight", "The weight that it shall have.") {
            $0.weightWanted.map { Double($0) }
        }
        each("tandem_destination_active_connections", "The kernel's count of established connections.") {
            $0.activeConnections.map { Double($0) }
        }
        each("tandem_destination_inactive_connections", "The kernel's count of other connections.") {
            $0.inactiveConnections.map { Double($0) }
        }
        each("tandem_destination_state_age_seconds", "How long its state has stood.") { seconds(milliseconds: $0.age) }
        text.begin("tandem_destination_reason", .gauge, "1 for the state and the reason that the status shows.")
        for (service, destination) in all {
            text.add(
                [
                    ("service", service.name), ("real_server", destination.realServer),
                    ("state", destination.state.rawValue), ("reason", destination.reason.rawValue),
                ],
                1.0,
            )
        }
    }

    static func realServers(_ servers: [RealServerStatus], into text: inout MetricsText) {
        text.begin("tandem_agent_connected", .gauge, "1 where the real server's agent was heard in time.")
        for server in servers where server.agent.state != .notConfigured {
            text.add([("real_server", server.name)], server.agent.state == .connected)
        }
        text.begin("tandem_real_server_findings", .gauge, "What is wrong between the directors and the real server.")
        for server in servers { text.add([("real_server", server.name)], UInt64(server.findings.count)) }
        text.begin("tandem_real_server_orders", .gauge, "Operators' orders that stand.")
        for server in servers { text.add([("real_server", server.name)], UInt64(server.orders.count)) }
    }

    static func probes(_ probes: [ProbeStatus], into text: inout MetricsText) {
        // Checks may differ in what their names do not tell, and no two samples may have the same labels.
        var counts: [String: Int] = [:]
        let named = probes.map { probe -> (labels: Labels, probe: ProbeStatus) in
            let number = counts[probe.target, default: 0] + 1
            counts[probe.target] = number
            return ([("target", number == 1 ? probe.target : "\(probe.target) (\(number))")], probe)
        }
        func each(_ name: String, _ help: String, _ value: (ProbeStatus) -> UInt64) {
            text.begin(name, .counter, help)
            for (labels, probe) in named { text.add(labels, value(probe)) }
        }
        text.begin("tandem_probe_up", .gauge, "1 where the probe's target is believed to answer.")
        for (labels, probe) in named { text.add(labels, probe.state == .up) }
        each("tandem_probe_runs_total", "Runs that ended.") { $0.runs }
        each("tandem_probe_failures_total", "Runs that failed.") { $0.failures }
        each("tandem_probe_obstacles_total", "Runs that could not be.") { $0.obstacles }
        text.begin("tandem_probe_round_trip_seconds", .gauge, "How long the last answer took.")
        for (labels, probe) in named {
            guard let time = probe.roundTripMicroseconds else { continue }
            text.add(labels, seconds(microseconds: time))
        }
    }

    static func kernel(_ dataplane: DataplaneStatus, into text: inout MetricsText) {
        text.begin("tandem_kernel_converged", .gauge, "1 where the kernel's services are as they should be.")
        text.add([], dataplane.isConverged)
        text.begin("tandem_kernel_look_age_seconds", .gauge, "When they were looked at last.")
        text.add([], seconds(milliseconds: dataplane.age))
        text.begin("tandem_kernel_repairs_total", .counter, "Changes of somebody else that were repaired.")
        text.add([], dataplane.repairs)
        text.begin("tandem_kernel_findings", .gauge, "What is wrong with kernel parameters, or was refused.")
        text.add([], UInt64(dataplane.findings.count + dataplane.failures.count))
    }

    static func peer(_ peer: PeerStatus, into text: inout MetricsText) {
        text.begin("tandem_peer_connected", .gauge, "1 where the other director answers on the link.")
        text.add([("peer", peer.name)], peer.link == .connected)
        text.begin("tandem_peer_ready", .gauge, "1 where the other director could take over now.")
        text.add([("peer", peer.name)], peer.isReady ?? false)
        text.begin("tandem_peer_findings", .gauge, "What is not as it should be between the directors.")
        text.add([("peer", peer.name)], UInt64(peer.findings.count))
    }
}
